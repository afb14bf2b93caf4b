/** The little of oracledb that is used; the package ships no types. */
declare module 'oracledb' {
  interface Attributes {
    readonly user: string;
    readonly password: string;
    readonly connectString: string;
    readonly connectTimeout?: number;
    readonly transportConnectTimeout?: number;
    readonly retryCount?: number;
  }
  interface Connection {
    readonly oracleServerVersionString: string;
    callTimeout: number;
    close(): Promise<void>;
  }
  interface Oracledb {
    readonly thin: boolean;
    readonly versionString: string;
    getConnection(attributes: Attributes): Promise<Connection>;
  }
  const oracledb: Oracledb;
  export default oracledb;
}
