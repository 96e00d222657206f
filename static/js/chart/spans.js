// Gaps, overlaps and time with other patients, with what would mend each. Pure.

const ONE = 60;
const LONGEST = 16 * 3600; // a clock forgotten since yesterday does not stretch the picture

/** @returns {{gaps: any[], overlaps: any[], busy: any[]}} */
export function rail(blocks, running, elsewhere, at, isOneOnOne) {
  const all = blocks.slice();
  if (running?.start != null && at > running.start) all.push({ ...running, end: at, live: true });
  all.sort((a, b) => a.start - b.start || a.end - b.end);
  const gaps = [], overlaps = [];
  let latest = all[0];
  for (const block of all.slice(1)) {
    if (block.start - latest.end >= ONE) gaps.push({ start: latest.end, end: block.start, before: latest, after: block });
    if (block.end > latest.end) latest = block;
  }
  for (let i = 0; i < all.length; i++) {
    for (let j = i + 1; j < all.length && all[j].start < all[i].end; j++) {
      if (!isOneOnOne(all[i]) || !isOneOnOne(all[j])) continue;
      overlaps.push({ start: all[j].start, end: Math.min(all[i].end, all[j].end), before: all[i], after: all[j] });
    }
  }
  const busy = [];
  for (const other of elsewhere ?? []) {
    for (const block of all) {
      const start = Math.max(block.start, other.start), end = Math.min(block.end, other.end);
      if (end > start && isOneOnOne(block)) busy.push({ start, end, block, other });
    }
  }
  return { gaps, overlaps, busy };
}

/**
 * Edges that a dragged edge sticks to. A neighbour's edge may lie on a second; then the block
 * takes that second, so that no gap of seconds stays.
 */
export function stick(seconds, edges) {
  let best = null;
  for (const edge of edges) {
    const far = Math.abs(edge - seconds);
    if (far <= ONE && (best === null || far < Math.abs(best - seconds))) best = edge;
  }
  return best ?? seconds;
}

/** The block after its body or one edge was moved to `to`, at least one minute long. */
export function moved(block, part, to, edges) {
  if (part === "start") return { start: Math.min(stick(to, edges), block.end - ONE), end: block.end };
  if (part === "end") return { start: block.start, end: Math.max(stick(to, edges), block.start + ONE) };
  const length = block.end - block.start;
  const start = stick(to, edges);
  if (start !== to) return { start, end: start + length };
  const end = stick(to + length, edges);
  return { start: end - length, end };
}

/** The neighbour's edge that Home (before the start) or End (after the end) goes to. */
export function nextEdge(block, part, blocks) {
  const others = blocks.filter((row) => row.id !== block.id);
  if (part === "start") {
    const before = others.map((row) => row.end).filter((end) => end <= block.start);
    return before.length ? Math.max(...before) : block.start;
  }
  const after = others.map((row) => row.start).filter((start) => start >= block.end);
  return after.length ? Math.min(...after) : block.end;
}

/** The span drawn: whole quarter-hours around the visit and everything charted. */
export function frame(blocks, running, day, at) {
  const starts = blocks.map((b) => b.start), ends = blocks.map((b) => b.end);
  if (running && at - (running.start ?? running.paused) < LONGEST) {
    starts.push(running.start ?? running.paused);
    ends.push(at + 5 * ONE);
  }
  if (!starts.length) {
    starts.push(day.starts);
    ends.push(day.ends);
  }
  const quarter = 15 * ONE;
  const start = Math.floor(Math.min(...starts) / quarter) * quarter;
  const end = Math.max(Math.ceil(Math.max(...ends) / quarter) * quarter, start + 4 * quarter);
  return { start, end: Math.min(end, start + 2 * LONGEST) };
}
