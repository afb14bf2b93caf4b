/** The little of oracledb that is used; the package ships no types. */
declare module 'oracledb' {
  export interface Attributes {
    readonly user: string;
    readonly password: string;
    readonly connectString: string;
    readonly connectTimeout?: number;
    readonly transportConnectTimeout?: number;
    readonly retryCount?: number;
    readonly configDir?: string;
    readonly walletLocation?: string;
    readonly walletPassword?: string;
  }
  export interface Metadata {
    readonly name: string;
    readonly dbColumnName?: string;
    readonly dbTypeName: string;
    readonly byteSize?: number;
    /** Of a TIMESTAMP: its fractional digits. */
    readonly precision?: number;
  }
  export interface FetchType {
    readonly type?: unknown;
    readonly converter?: (value: unknown) => unknown;
  }
  export interface ResultSet {
    readonly metaData: readonly Metadata[];
    getRows(rows: number): Promise<readonly (readonly unknown[])[]>;
    close(): Promise<void>;
  }
  export interface ExecuteOptions {
    readonly resultSet?: boolean;
    readonly outFormat?: number;
    readonly fetchArraySize?: number;
    readonly prefetchRows?: number;
    readonly fetchTypeHandler?: (column: Metadata) => FetchType | undefined;
  }
  export interface Connection {
    readonly oracleServerVersionString: string;
    callTimeout: number;
    module: string;
    action: string;
    clientId: string;
    execute(sql: string, binds: object, options: ExecuteOptions): Promise<{ readonly resultSet?: ResultSet }>;
    getStatementInfo(sql: string): Promise<{ readonly metaData?: readonly Metadata[] }>;
    break(): Promise<void>;
    close(): Promise<void>;
    /** Not of the public interface: see oracle-thin.ts. */
    readonly _impl?: { readonly nscon?: { forceDisconnect?(error?: Error): void } };
  }
  export interface Oracledb {
    readonly thin: boolean;
    readonly versionString: string;
    readonly OUT_FORMAT_ARRAY: number;
    readonly DB_TYPE_CHAR: unknown;
    readonly DB_TYPE_VARCHAR: unknown;
    getConnection(attributes: Attributes): Promise<Connection>;
  }
  const oracledb: Oracledb;
  export default oracledb;
}

/** Not of the public interface: where the driver turns the server's bytes into values. */
declare module 'oracledb/lib/impl/datahandlers/buffer.js' {
  export interface DateReader {
    readonly caps?: { readonly dbTzOffset?: number | null; readonly dbTzRegion?: string | null };
    parseOracleDate(bytes: Uint8Array, local?: boolean, databaseZone?: boolean): unknown;
  }
  const buffers: { readonly BaseBuffer: { readonly prototype: DateReader } };
  export default buffers;
}
