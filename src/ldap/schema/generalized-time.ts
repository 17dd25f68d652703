const form =
  /^(\d{4})(\d{2})(\d{2})(\d{2})(?:(\d{2})(\d{2})?)?(?:[.,](\d+))?(?:Z|([+-])(\d{2})(\d{2})?)$/;

/**
 * RFC 4517 section 3.3.13 in one form, whose texts are in the order of the times: UTC to the second, `Z`, then the fraction
 * of a second if any (`20261009120000Z`, `20261009120000Z.5`). Undefined when it is not a time.
 */
export function prepareGeneralizedTime(text: string): string | undefined {
  const parts = form.exec(text);
  if (!parts) return undefined;
  const numbers = parts.slice(1, 7).map((part) => Number(part || 0));
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = numbers;
  const start = Date.UTC(year, month - 1, day, hour, minute, second);
  // A day that the month does not have comes back as one of the next; so does an hour, and a year of two digits.
  const back = new Date(start).toISOString().slice(0, 19).replace(/[-:T]/g, '');
  const isReal =
    back === numbers.map((n, place) => String(n).padStart(place ? 2 : 4, '0')).join('');
  const offsetMinutes = readOffset(parts[8], parts[9], parts[10]);
  if (!isReal || offsetMinutes === undefined) return undefined;
  const unitMs = parts[6] ? 1000 : parts[5] ? 60_000 : 3_600_000;
  const fractionMs = Number(`0.${parts[7] ?? '0'}`) * unitMs;
  return format(start - offsetMinutes * 60_000 + fractionMs);
}

function readOffset(sign = '+', hours = '0', minutes = '0'): number | undefined {
  if (Number(hours) > 23 || Number(minutes) > 59) return undefined;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

function format(timeMs: number): string | undefined {
  const date = new Date(timeMs);
  const year = date.getUTCFullYear();
  if (Number.isNaN(timeMs) || year < 0 || year > 9999) return undefined;
  const digits = date.toISOString().slice(0, 19).replace(/[-:T]/g, '');
  const fraction = (timeMs / 1000) % 1;
  return fraction === 0
    ? `${digits}Z`
    : `${digits}Z.${fraction.toFixed(6).slice(2).replace(/0+$/, '')}`;
}
