/** Words of Oracle that are no names: what they mean where a name could stand. Source: Oracle Database SQL Language Reference, Reserved Words. */

const words = (list: string): ReadonlySet<string> => new Set(list.trim().split(/\s+/));

/** Never a name unless quoted. */
export const RESERVED = words(`
access add all alter and any as asc audit between by char check cluster column column_value comment compress connect create current
date decimal default delete desc distinct drop else exclusive exists file float for from grant group having identified immediate in
increment index initial insert integer intersect into is level like lock long maxextents minus mlslabel mode modify nested_table_id
noaudit nocompress not nowait null number of offline on online option or order pctfree prior public raw rename resource revoke row
rowid rownum rows select session set share size smallint start successful synonym sysdate table then to trigger uid union unique
update user validate values varchar varchar2 view whenever where with`);

/** Pseudo columns and functions without brackets: their value belongs to no table. */
export const VALUES = words(`
rownum level sysdate systimestamp current_date current_timestamp localtimestamp dbtimezone sessiontimezone connect_by_isleaf
connect_by_iscycle user uid`);

/** What tells where a row lies, or a part of the language under the name of a column. */
export const HIDDEN = words('rowid ora_rowscn nested_table_id column_value');
export const SEQUENCES = words('nextval currval');

/**
 * Words that mean something of their own in an expression although Oracle does not reserve them. Where a column has such a name,
 * Oracle may take the column and we the word, so neither an alias nor a column of a readable table may.
 */
export const PROTECTED: ReadonlySet<string> = new Set([
  ...VALUES,
  ...HIDDEN,
  ...SEQUENCES,
  ...words('case when end connect_by_root prior timestamp interval'),
]);

/** Behind a table or a column these begin the next part of the statement and are no alias. */
export const FOLLOWS = words(`
inner left right full cross outer natural join using apply partition subpartition sample versions pivot unpivot model match_recognize
offset fetch window qualify limit keep over within respect ignore lateral bulk return returning log except siblings nocycle seed
unbounded preceding following only ties`);

/** Parts of the language that are refused by their name wherever they begin. */
export const UNSUPPORTED = words(`
model pivot unpivot match_recognize qualify window natural lateral cross outer apply versions cursor table the multiset member submultiset
partition xmltable json_table treat search cycle except limit return returning only containers shards values`);
