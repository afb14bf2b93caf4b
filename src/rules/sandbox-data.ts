/** The sandbox's databases: an invoice system in small, and its emptied twin as the target of a migration. */
import type { Bindable } from '../core/batch.ts';
import type { SiteFolder } from '../core/world.ts';
import { invoiceCells } from './sandbox/invoices.ts';
import { type Taxpayer, taxpayer, taxpayerCells } from './sandbox/taxpayers.ts';

/** DECIMAL keeps the fraction as the shortest double, which two decimals survive; numbers that begin with zeros are text. */
const SCHEMA = [
  `CREATE TABLE taxpayer (
  credit_code   TEXT PRIMARY KEY,
  name          TEXT NOT NULL,
  legal_person  TEXT NOT NULL,
  citizen_id    TEXT NOT NULL,
  phone         TEXT,
  bank_account  TEXT,
  address       TEXT,
  region        TEXT NOT NULL,
  registered_on TEXT NOT NULL
)`,
  `CREATE TABLE invoice (
  id           INTEGER PRIMARY KEY,
  invoice_no   TEXT NOT NULL,
  invoice_code TEXT,
  seller_code  TEXT NOT NULL REFERENCES taxpayer (credit_code),
  buyer_code   TEXT,
  buyer_name   TEXT NOT NULL,
  amount       DECIMAL(18,2) NOT NULL,
  tax          DECIMAL(18,2) NOT NULL,
  issued_at    TEXT NOT NULL,
  status       TEXT NOT NULL,
  goods        TEXT,
  remark       TEXT
)`,
  'CREATE INDEX invoice_number ON invoice (invoice_no, invoice_code)',
  'CREATE INDEX invoice_seller ON invoice (seller_code)',
  'CREATE INDEX invoice_issued ON invoice (issued_at)',
];
const INSERT_TAXPAYER = 'INSERT INTO taxpayer VALUES (?,?,?,?,?,?,?,?,?)';
const INSERT_INVOICE = 'INSERT INTO invoice VALUES (?,?,?,?,?,?,?,?,?,?,?,?)';

/**
 * `rows` invoices between one taxpayer for every twenty of them (fifty at least), as `sandbox/inv.db`, and the same tables
 * without rows as `sandbox/inv2.db`. Rows are made while they are read; the same seed gives the same ones.
 */
export function sandboxDatabases(rows: number, seed: string): SiteFolder['databases'] {
  const count = Math.max(50, Math.floor(rows / 20));
  const known = new Map<number, Taxpayer>();
  const taxpayerAt = (number: number): Taxpayer => {
    const found = known.get(number) ?? taxpayer(seed, number);
    known.set(number, found);
    return found;
  };
  const taxpayers = lazily(count, (i) => taxpayerCells(taxpayerAt(i)));
  const invoices = lazily(rows, (i) => invoiceCells(seed, i + 1, count, taxpayerAt));
  return [
    {
      path: 'sandbox/inv.db',
      schema: SCHEMA,
      tables: [
        { insert: INSERT_TAXPAYER, rows: taxpayers },
        { insert: INSERT_INVOICE, rows: invoices },
      ],
    },
    { path: 'sandbox/inv2.db', schema: SCHEMA, tables: [] },
  ];
}

function lazily(count: number, row: (i: number) => readonly Bindable[]): Iterable<readonly Bindable[]> {
  return {
    *[Symbol.iterator]() {
      for (let i = 0; i < count; i++) yield row(i);
    },
  };
}
