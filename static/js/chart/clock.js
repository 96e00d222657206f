// The server's time and the practice's clock. Everything is in whole seconds since 1970.

let ahead = 0; // server minus device, in milliseconds
/** @type {number[][]} [from second, offset in seconds], oldest first */
let offsets = [[0, 0]];

export function setOffsets(rows) {
  offsets = rows;
}

/** Called with every answer: the device's own clock may be wrong, or be set meanwhile. */
export function setServerTime(seconds) {
  const measured = seconds * 1000 - Date.now();
  if (Math.abs(measured - ahead) > 1500) ahead = measured;
}

/** How far the device's clock is off, in seconds. */
export const deviceError = () => Math.round(-ahead / 1000);

export const now = () => Math.floor((Date.now() + ahead) / 1000);

function offsetAt(seconds) {
  let found = offsets[0][1];
  for (const [from, offset] of offsets) if (seconds >= from) found = offset;
  return found;
}

const MINUTE = 60;
const DAY = 86400;

/** Minutes after midnight on the practice's clock. */
export const minuteOfDay = (seconds) => Math.floor((((seconds + offsetAt(seconds)) % DAY) + DAY) % DAY / MINUTE);

/** "9:05" */
export function clock(seconds) {
  const minute = minuteOfDay(seconds);
  return `${Math.floor(minute / 60) % 12 || 12}:${String(minute % 60).padStart(2, "0")}`;
}

/** "9:05 AM" */
export const clockLong = (seconds) => `${clock(seconds)} ${minuteOfDay(seconds) < 720 ? "AM" : "PM"}`;

/** "09:05", what a time input holds */
export function inputClock(seconds) {
  const minute = minuteOfDay(seconds);
  return `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
}

/**
 * The moment of `near`'s day at which the practice's clock shows this; null if it never does
 * (the night the clocks go forward).
 */
export function fromInput(text, near) {
  const match = /^(\d\d):(\d\d)/.exec(text);
  if (!match) return null;
  const wanted = Number(match[1]) * 60 + Number(match[2]);
  const at = near - (near % MINUTE) + (wanted - minuteOfDay(near)) * MINUTE;
  // where the clocks change between the two, the plain sum is off by the hour
  return [at, at - 3600, at + 3600].find((moment) => minuteOfDay(moment) === wanted) ?? null;
}

const OVER_MIDNIGHT = 4 * 3600;

/** The end of a block that began at `start`; shortly after midnight it is the next day's. */
export function endFromInput(text, start) {
  const at = fromInput(text, start);
  if (at == null || at > start) return at;
  const tomorrow = fromInput(text, start + DAY);
  return tomorrow != null && tomorrow - start <= OVER_MIDNIGHT ? tomorrow : at;
}

export const wholeMinute = (seconds) => Math.round(seconds / MINUTE) * MINUTE;
export const minutes = (start, end) => Math.floor((end - start) / MINUTE);

/** "06:12", or "1:06:12" */
export function stopwatch(seconds) {
  const s = Math.max(0, seconds);
  const two = (n) => String(n).padStart(2, "0");
  const hours = Math.floor(s / 3600);
  return `${hours ? `${hours}:` : ""}${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
}
