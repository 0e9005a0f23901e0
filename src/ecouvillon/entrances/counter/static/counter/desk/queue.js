// The queue keeps itself up to date: it asks every few seconds what changed, and puts only that in
// its place. Rows keep theirs while somebody points at one; new ones wait until the pointer rests.
const EVERY = 3000;
const DONE = 4;
const queue = document.querySelector("[data-queue]");
const clocks = queue.querySelector("[data-clocks]");
const rows = queue.querySelector("[data-rows]");
const foot = document.querySelector("[data-foot]");
const lost = document.querySelector("[data-lost]");
const announce = queue.querySelector("[data-announce]");
const URGENCY = { ringing: 0, late: 1, early: 2 };
const rings = new Set();
let since = queue.dataset.since;
let waiting = null; // changes that wait for the pointer to rest
let failures = 0;
let dockEnds = 0;

const digits = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
const linesOf = (group) => rows.querySelector(`[data-group="${group}"] [data-lines]`);

function place(line, into) {
  document.querySelector(`[data-queue] [data-line="${line.dataset.line}"]`)?.remove();
  const order = Number(line.dataset.order);
  const after = [...into.children].find((other) => Number(other.dataset.order) > order);
  into.insertBefore(line, after ?? null);
}

function sortClocks() {
  const urgency = (at) => {
    const clock = at.querySelector(".clock");
    const elapsed = Number(at.dataset.elapsed) + (performance.now() - at.made) / 1000;
    const state = URGENCY[clock.classList[1]];
    return [state, state === 2 ? at.dataset.from - elapsed : at.dataset.until - elapsed];
  };
  const sorted = [...clocks.children].sort((a, b) => {
    const [x, y] = [urgency(a), urgency(b)];
    return x[0] - y[0] || x[1] - y[1];
  });
  if (sorted.some((at, index) => clocks.children[index] !== at)) clocks.append(...sorted);
}

function show(changes) {
  for (const id of changes.dataset.gone.split(" ").filter(Boolean)) {
    queue.querySelector(`[data-line="${id}"]`)?.remove();
  }
  for (const part of changes.querySelectorAll("[data-part]")) {
    const name = part.dataset.part;
    if (name === "foot") {
      foot.replaceChildren(...part.childNodes);
      continue;
    }
    const into = name === "clocks" ? clocks : linesOf(name);
    for (const line of [...part.children]) {
      if (name === "clocks") {
        queue.querySelector(`[data-line="${line.dataset.line}"]`)?.remove();
        line.made = performance.now();
        into.append(line);
      } else place(line, into);
    }
    const count = rows.querySelector(`[data-group="${name}"] [data-count]`);
    if (count && part.dataset.count) count.textContent = part.dataset.count;
  }
  sortClocks();
  for (const group of rows.querySelectorAll("[data-group]")) {
    const lines = group.querySelector("[data-lines]");
    if (group.dataset.group === "done") [...lines.children].slice(DONE).forEach((line) => line.remove());
    const empty = group.querySelector("[data-empty]");
    if (empty) empty.hidden = lines.children.length > 0;
    else group.hidden = lines.children.length === 0;
  }
  startDock();
  document.dispatchEvent(new CustomEvent("ecouvillon:shown"));
}

async function ask() {
  if (document.hidden && !rings.size) return;
  const address = new URL(queue.dataset.queue, window.location.href);
  address.searchParams.set("since", since);
  address.searchParams.set("day", queue.dataset.day);
  const asked = [...rings];
  for (const id of asked) address.searchParams.append("rings", id);
  let answer;
  try {
    answer = await fetch(address, { cache: "no-store", headers: { "HX-Request": "true" } });
  } catch {
    failures += 1;
    lost.hidden = failures < 2;
    return;
  }
  if (answer.status === 401) {
    const word = answer.headers.get("HX-Trigger");
    if (word) document.dispatchEvent(new CustomEvent(word));
    return;
  }
  if (answer.status === 205) {
    window.location.reload();
    return;
  }
  if (!answer.ok) {
    failures += 1;
    lost.hidden = failures < 2;
    return;
  }
  failures = 0;
  lost.hidden = true;
  asked.forEach((id) => rings.delete(id));
  if (answer.status === 204) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const changes = page.querySelector("[data-changes]");
  since = changes.dataset.since;
  if (rows.matches(":hover") && !rows.matches(":has(:focus-visible)")) waiting = changes;
  else show(changes);
}

// What waits is asked for again when the pointer rests: the newest state, not a queue of old ones.
rows.addEventListener("pointerleave", () => {
  if (waiting) { show(waiting); waiting = null; }
});

function startDock() {
  const dock = foot.querySelector("[data-dock]");
  dockEnds = dock ? performance.now() + Number(dock.dataset.dock) * 1000 : 0;
}

function tick() {
  const dock = foot.querySelector("[data-dock]");
  if (dock) {
    const seconds = Math.max(0, Math.ceil((dockEnds - performance.now()) / 1000));
    dock.querySelector("progress").value = seconds;
    dock.querySelector("[data-dock-digits]").textContent = digits(seconds);
    if (seconds === 0) dock.querySelector("button").disabled = true;
  }
  for (const leaves of rows.querySelectorAll("[data-leaves]")) {
    leaves.ends ??= performance.now() + Number(leaves.dataset.leaves) * 1000;
    const seconds = Math.max(0, Math.ceil((leaves.ends - performance.now()) / 1000));
    const words = leaves.querySelector("[data-words]");
    words.textContent = words.textContent.replace(/[0-9]+:[0-9]{2}/, digits(seconds));
  }
}

document.addEventListener("ecouvillon:rings", (event) => {
  rings.add(event.detail.line);
  sortClocks();
  announce.textContent = `${announce.dataset.announce} ${event.detail.number}`;
  ask();
});

startDock();
window.setInterval(tick, 1000);
window.setInterval(ask, EVERY);
