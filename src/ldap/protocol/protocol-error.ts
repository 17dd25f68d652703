// A fault of the client's message. Its text is a diagnosticMessage: English, short, nothing of our internals.

/**
 * RFC 4511 section 4.1.1: when the structure of a message cannot be trusted the session ends with a Notice of
 * Disconnection; otherwise only the request that bears the fault is answered protocolError (2).
 */
export class ProtocolError extends Error {
  /** The connection can go on: answer `messageId` with `responseTag`, or nothing when that is undefined. */
  readonly canContinue: boolean;
  /** 0 when it could not be read. */
  readonly messageId: number;
  /** Tag of the response to the request at fault; undefined when it has none (abandon, unbind) or is unknown. */
  readonly responseTag: number | undefined;

  constructor(
    message: string,
    place: { readonly messageId: number; readonly responseTag: number | undefined } | undefined,
  ) {
    super(message);
    this.name = 'ProtocolError';
    this.canContinue = place !== undefined;
    this.messageId = place?.messageId ?? 0;
    this.responseTag = place?.responseTag;
  }
}
