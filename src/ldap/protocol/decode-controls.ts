// RFC 4511 section 4.1.11: what follows the operation in a message.
import type { BerReader } from '../ber/reader.js';
import { berTag } from '../ber/tag.js';
import { controlOid } from './oid.js';
import { ProtocolError } from './protocol-error.js';
import type { Control } from './request.js';

const controlsTag = 0xa0;
const noControls: readonly Control[] = [];
const knownControls: ReadonlySet<string> = new Set(Object.values(controlOid));

/** Reads the controls, if any, and the end of the message: nothing may follow in its slice. */
export function endMessage(reader: BerReader, messageEnd: number): readonly Control[] {
  const controls = reader.hasMore() ? decodeControls(reader) : noControls;
  reader.leaveExtensible(messageEnd, 1);
  if (reader.hasMore()) throw new ProtocolError('data after the message');
  return controls;
}

function decodeControls(reader: BerReader): readonly Control[] {
  if (reader.peekTag() !== controlsTag) return noControls;
  const outerEnd = reader.enter(controlsTag);
  const controls: Control[] = [];
  while (reader.hasMore()) controls.push(decodeControl(reader));
  reader.leave(outerEnd);
  refuseDuplicates(controls);
  return controls;
}

/** A type that is no OID is a control that nobody knows: ignored unless it is critical. */
function decodeControl(reader: BerReader): Control {
  const outerEnd = reader.enter(berTag.sequence);
  const type = reader.latin1();
  const isCritical = reader.peekTag() === berTag.boolean && reader.boolean();
  const value = reader.peekTag() === berTag.octetString ? reader.octets() : undefined;
  reader.leaveExtensible(outerEnd, 0);
  return { type, isCritical, value };
}

/** Of those that mean something here; which of the two would count is for nobody to guess. */
function refuseDuplicates(controls: readonly Control[]): void {
  if (controls.length < 2) return;
  const seen = new Set<string>();
  for (const { type } of controls) {
    if (knownControls.has(type) && seen.has(type)) {
      throw new ProtocolError('control given twice', {});
    }
    seen.add(type);
  }
}
