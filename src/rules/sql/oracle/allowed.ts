/** What a guarded SELECT of Oracle may call and name: Oracle's own SQL functions only, for a name it does not know is somebody's function. */

/** No package, file, network, session, sequence, XML, dynamic SQL, regular expression; text no longer than Oracle lets a cell be. */
export const ORACLE_FUNCTIONS: readonly string[] = [
  ...['count', 'sum', 'avg', 'min', 'max', 'median', 'listagg'],
  ...['stddev', 'stddev_pop', 'stddev_samp', 'variance', 'var_pop', 'var_samp'],
  ...['abs', 'round', 'trunc', 'floor', 'ceil', 'sign', 'mod', 'remainder', 'power', 'sqrt', 'bitand', 'width_bucket'],
  ...['lower', 'upper', 'initcap', 'length', 'lengthb', 'substr', 'substrb', 'instr', 'instrb', 'concat', 'replace'],
  ...['trim', 'ltrim', 'rtrim', 'lpad', 'rpad', 'translate', 'ascii', 'chr'],
  ...['to_char', 'to_date', 'to_number', 'to_timestamp', 'to_timestamp_tz', 'extract'],
  ...['add_months', 'months_between', 'last_day', 'next_day', 'numtodsinterval', 'numtoyminterval'],
  ...['row_number', 'rank', 'dense_rank', 'percent_rank', 'cume_dist', 'ntile', 'ratio_to_report'],
  ...['lag', 'lead', 'first_value', 'last_value', 'nth_value'],
  ...['sys_connect_by_path', 'grouping', 'grouping_id', 'group_id'],
];

/** Pseudo columns and functions without brackets. USER and UID tell about the account and are not among them. */
export const ORACLE_VALUES: readonly string[] = [
  ...['rownum', 'level', 'connect_by_isleaf', 'connect_by_iscycle'],
  ...['sysdate', 'systimestamp', 'current_date', 'current_timestamp', 'localtimestamp'],
  ...['dbtimezone', 'sessiontimezone'],
];

export const ORACLE_TYPES: readonly string[] = [
  ...['number', 'integer', 'int', 'smallint', 'decimal', 'numeric', 'float', 'real', 'double'],
  ...['binary_float', 'binary_double', 'varchar2', 'nvarchar2', 'varchar', 'char', 'nchar'],
  ...['date', 'timestamp', 'interval'],
];
