/** Identifier octets of the requests of RFC 4511 section 4.2 and following. */
export const requestTag = {
  bind: 0x60,
  unbind: 0x42,
  search: 0x63,
  modify: 0x66,
  add: 0x68,
  delete: 0x4a,
  modifyDn: 0x6c,
  compare: 0x6e,
  abandon: 0x50,
  extended: 0x77,
} as const;

/** Those of the responses that this server sends. */
export const responseTag = {
  bind: 0x61,
  searchEntry: 0x64,
  searchDone: 0x65,
  modify: 0x67,
  add: 0x69,
  delete: 0x6b,
  modifyDn: 0x6d,
  compare: 0x6f,
  extended: 0x78,
} as const;

export type ResultTag = Exclude<
  (typeof responseTag)[keyof typeof responseTag],
  typeof responseTag.searchEntry
>;

/** What answers a request; undefined for unbind and abandon, which have no answer, and for what is no request. */
export function responseTagOf(tag: number): ResultTag | undefined {
  switch (tag) {
    case requestTag.bind:
      return responseTag.bind;
    case requestTag.search:
      return responseTag.searchDone;
    case requestTag.modify:
      return responseTag.modify;
    case requestTag.add:
      return responseTag.add;
    case requestTag.delete:
      return responseTag.delete;
    case requestTag.modifyDn:
      return responseTag.modifyDn;
    case requestTag.compare:
      return responseTag.compare;
    case requestTag.extended:
      return responseTag.extended;
    default:
      return undefined;
  }
}
