// What each edit does to the chart. Pure: the screen shows the stored chart plus the edits that
// are still on their way. Minutes are added up here; units and modifiers never are.

const LASTING = ["technique", "regions", "side", "grade", "dose", "performed_by", "diagnoses"];
const byTime = (a, b) => a.start - b.start || a.end - b.end;

/** The content of a block or of what runs, without its time. */
export function content(from) {
  return {
    technique: from.technique,
    regions: [...(from.regions ?? [])],
    side: from.side ?? "",
    grade: from.grade ?? "",
    dose: from.dose ?? "",
    response: from.response ?? "",
    pain_before: from.pain_before ?? null,
    pain_after: from.pain_after ?? null,
    performed_by: from.performed_by || "therapist",
    diagnoses: [...(from.diagnoses ?? [])],
  };
}

/** What may be copied forward: never minutes, a response or pain. */
export function lasting(from) {
  const all = content(from);
  return content(Object.fromEntries(LASTING.map((name) => [name, all[name]])));
}

export const sameKind = (a, b) =>
  a.technique === b.technique && a.side === b.side && String(a.regions) === String(b.regions);

function withoutFirst(planned, entry) {
  const index = planned.findIndex((row) => sameKind(row, entry));
  return index < 0 ? planned : planned.toSpliced(index, 1);
}

function ended(chart, at) {
  const { running } = chart;
  if (!running || running.start == null || at <= running.start) return chart.blocks;
  const block = { ...content(running), id: running.id, version: 0, start: running.start, end: at };
  return [...chart.blocks, block].sort(byTime);
}

const ways = {
  put(chart, { id, fields }) {
    const block = { ...content(fields), id, start: fields.start, end: fields.end, version: 0 };
    const old = chart.blocks.find((row) => row.id === id);
    if (old) block.version = old.version;
    const blocks = chart.blocks.filter((row) => row.id !== id).concat(block).sort(byTime);
    return { ...chart, blocks };
  },
  del(chart, { id }) {
    return { ...chart, blocks: chart.blocks.filter((row) => row.id !== id) };
  },
  put_procedure(chart, { id, fields }) {
    const rows = chart.procedures.map((row) => (row.id === id ? { ...row, ...fields } : row));
    if (!rows.some((row) => row.id === id)) rows.push({ ...fields, id, version: 0 });
    return { ...chart, procedures: rows };
  },
  del_procedure(chart, { id }) {
    return { ...chart, procedures: chart.procedures.filter((row) => row.id !== id) };
  },
  text(chart, { section, text }) {
    return { ...chart, texts: { ...chart.texts, [section]: text } };
  },
  start(chart, { id, at, fields }) {
    const running = { ...content(fields), id, start: at, paused: null };
    return { ...chart, blocks: ended(chart, at), running, planned: withoutFirst(chart.planned, fields) };
  },
  stop(chart, { at }) {
    return { ...chart, blocks: ended(chart, at), running: null };
  },
  pause(chart, { at }) {
    if (!chart.running) return chart;
    return { ...chart, blocks: ended(chart, at), running: { ...chart.running, start: null, paused: at } };
  },
  resume(chart, { id, at }) {
    if (!chart.running) return chart;
    return { ...chart, running: { ...chart.running, id, start: at, paused: null } };
  },
  backdate(chart, { at }) {
    if (!chart.running) return chart;
    const was = chart.running.start;
    const blocks = chart.blocks.map((row) => (row.end === was && at > row.start ? { ...row, end: at } : row));
    return { ...chart, blocks, running: { ...chart.running, start: at } };
  },
  describe(chart, { id, fields }) {
    if (chart.running?.id !== id) return chart;
    return { ...chart, running: { ...chart.running, ...content(fields) } };
  },
  reopen(chart, { id }) {
    const block = chart.blocks.find((row) => row.id === id);
    if (!block) return chart;
    const running = { ...content(block), id, start: block.start, paused: null };
    return { ...chart, blocks: chart.blocks.filter((row) => row.id !== id), running };
  },
  discard(chart) {
    return { ...chart, running: null };
  },
  plan(chart, { entries }) {
    return { ...chart, planned: entries };
  },
  line(chart) {
    return chart; // read by the server only
  },
};

/** The chart after one edit. */
export const apply = (chart, edit) => ways[edit.op](chart, edit);

/** Blocks an edit writes, so that a later edit of the same block can name it. */
export function touches(edit, chart) {
  const ids = edit.id && !["stop", "pause", "discard"].includes(edit.op) ? [edit.id] : [];
  if (["start", "stop", "pause"].includes(edit.op) && chart.running?.id) ids.push(chart.running.id);
  if (edit.op === "backdate") {
    const before = chart.blocks.find((row) => row.end === chart.running?.start);
    if (before) ids.push(before.id);
  }
  return ids;
}

/** What two edits must share so that the later one can stand for both before either was sent. */
export function subject(edit) {
  if (edit.op === "put") return `put ${edit.id}`;
  if (edit.op === "text") return `text ${edit.section}`;
  if (edit.op === "describe") return `describe ${edit.id}`;
  if (edit.op === "plan") return "plan";
  if (edit.op === "put_procedure") return `procedure ${edit.id}`;
  return null;
}

/** The later edit on the earlier one's base. */
export function merged(first, last) {
  const base = first.op === "text" ? { base: first.base } : { base: first.base, after: first.after };
  return { ...last, ...base };
}
