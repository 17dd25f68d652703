// What a client script is told to do, and what it has to report.

export type Ask = {
  readonly port: number;
  readonly tlsPort: number;
  readonly caFile: string;
  readonly base: string;
  readonly accentFilter: string;
  readonly sortFilter: string;
  readonly sortKey: string;
  readonly pageSize: number;
  /** DN of an account whose password is not « faux ». */
  readonly account: string;
  readonly entry: string;
  /** First mail of `entry`. */
  readonly mail: string;
};

/** First argument of the command line; the test that starts the script wrote it. */
export function readAsk(): Ask {
  return JSON.parse(process.argv[2] ?? '{}') as Ask;
}
