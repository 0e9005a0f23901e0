// Clocks count by the server's time: each says how old its kit was when the page was made, and only
// the seconds since then are ours. When one comes to its window it rings, is seen and is heard, also
// when the network is gone.
const made = performance.now();
const MUTED = "ecouvillon-muted";
const audio = { context: null };

const left = (since) => (performance.now() - since) / 1000;

function digits(seconds, over) {
  const whole = Math.max(0, over ? Math.floor(seconds) : Math.ceil(seconds));
  return `${over ? "+" : ""}${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

function muted() {
  try { return window.localStorage.getItem(MUTED) === "yes"; } catch { return false; }
}

// A clock that rings is heard at once, and again every half minute until it is read. Browsers keep
// silent before the first touch of a page: then it is heard with that touch.
const AGAIN = 30; // s
const rung = new Map();
let owed = false;

function rings(line) {
  const now = performance.now() / 1000;
  if (now - (rung.get(line) ?? -AGAIN) < AGAIN) return;
  rung.set(line, now);
  if (navigator.userActivation?.hasBeenActive ?? true) sound();
  else owed = true;
}

function sound() {
  owed = false;
  if (muted()) return;
  try {
    audio.context ??= new AudioContext();
    const { context } = audio;
    for (const [at, pitch] of [[0, 880], [0.22, 1175], [0.44, 880]]) {
      const tone = context.createOscillator();
      const gain = context.createGain();
      const begins = context.currentTime + at;
      tone.frequency.value = pitch;
      gain.gain.setValueAtTime(0.0001, begins);
      gain.gain.exponentialRampToValueAtTime(0.25, begins + 0.02);
      gain.gain.exponentialRampToValueAtTime(0.0001, begins + 0.2);
      tone.connect(gain).connect(context.destination);
      tone.start(begins);
      tone.stop(begins + 0.21);
    }
  } catch { /* No sound on this machine: the clock is still seen. */ }
}

for (const touch of ["keydown", "pointerdown"]) {
  document.addEventListener(touch, () => { if (owed) sound(); }, { capture: true, passive: true });
}

function turn(place, clock, state) {
  clock.classList.replace(clock.classList[1], state);
  const chip = clock.querySelector(".chip");
  chip.classList.replace(chip.classList[1], state);
  const word = place.dataset[state === "late" ? "wordLate" : "wordRinging"];
  if (word) chip.querySelector("[data-words]").textContent = word;
  document.dispatchEvent(new CustomEvent("ecouvillon:rings", { detail: place.dataset }));
}

function tick(place) {
  const clock = place.querySelector(".clock");
  place.made ??= performance.now();
  const elapsed = Number(place.dataset.elapsed) + left(place.made);
  const [from, until] = [Number(place.dataset.from), Number(place.dataset.until)];
  const state = elapsed < from ? "early" : elapsed <= until ? "ringing" : "late";
  if (!clock.classList.contains(state)) turn(place, clock, state);
  if (state === "ringing") rings(place.dataset.line);
  const time = state === "early" ? from - elapsed : state === "ringing" ? until - elapsed : elapsed - until;
  clock.querySelector("[data-digits]").textContent = digits(time, state === "late");
  const soaked = `${Math.min(100, (elapsed / (until / 0.8)) * 100).toFixed(2)}%`;
  clock.querySelector(".soaked")?.setAttribute("width", soaked);
  clock.querySelector(".fibres")?.setAttribute("x2", soaked);
  clock.querySelector(".marker-at")?.setAttribute("x", soaked);
}

function all() {
  for (const place of document.querySelectorAll("[data-clock-at]")) tick(place);
}

for (const place of document.querySelectorAll("[data-clock-at]")) {
  place.made = made;
}
all();
window.setInterval(all, 1000);
document.addEventListener("htmx:afterSwap", all);

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-sound]");
  if (!button) return;
  try { window.localStorage.setItem(MUTED, muted() ? "no" : "yes"); } catch { return; }
  showSound();
  if (!muted()) sound();
});

function showSound() {
  const button = document.querySelector("[data-sound]");
  if (!button) return;
  button.hidden = false;
  button.setAttribute("aria-pressed", String(!muted()));
  button.querySelector("[data-sound-on]").hidden = muted();
  button.querySelector("[data-sound-off]").hidden = !muted();
}
showSound();
