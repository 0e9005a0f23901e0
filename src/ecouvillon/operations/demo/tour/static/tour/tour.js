// What the visitor lacks: a scanner, and an invented person to register. It reads the frames, which
// are pages of this very origin, and presses what a hand could press.
const phone = document.querySelector("[data-phone]");
const counter = document.querySelector("[data-counter]");
const PEOPLE = [
  ["GRANDCLÉMENT-ISOARD", "Margaux", "f", 14, 3, 1987],
  ["SAUVIGNON-BERTHIER", "Lucas", "m", 2, 11, 1993],
  ["ARCHAMBAULT-NKOSI", "Naïma", "f", 23, 7, 2004],
];
let next = 0;

const inside = (frame) => {
  try { return frame.contentDocument; } catch { return null; } // an error page of the browser's own
};

// A kit's scan goes to the card that is open, as it does when the scanner types into that page.
for (const form of document.querySelectorAll("form[data-scan]")) {
  form.addEventListener("submit", () => {
    const open = inside(counter)?.querySelector("form[data-scan]");
    if (open) form.action = open.action;
  });
}

const fill = document.querySelector("[data-fill]");
const patient = document.querySelector("form[data-patient]");

function look() {
  const page = inside(phone);
  const visit = page?.querySelector(".visit")?.textContent.trim() ?? "";
  patient.hidden = !visit;
  patient.querySelector("[name=scan]").value = patient.dataset.patient + visit;
  patient.querySelector("[data-visit]").textContent = visit;
  fill.hidden = !page?.querySelector("[name=birth_name]");
}

phone.addEventListener("load", look);
look();

fill.addEventListener("click", () => {
  const page = inside(phone);
  const [birthName, firstName, sex, ...born] = PEOPLE[next++ % PEOPLE.length];
  const set = (name, value) => {
    const field = page.querySelector(`[name="${name}"]`);
    if (field) field.value = value;
  };
  set("birth_name", birthName);
  set("first_names", firstName);
  set("birth_country", "BE");
  set("email", "invented@example.org");
  page.querySelectorAll("[name^=birth_date]").forEach((field, at) => { field.value = born[at]; });
  const choose = (name, value) => {
    const field = page.querySelector(`[name="${name}"][value="${value}"]`);
    if (field) field.checked = true;
  };
  choose("sex", sex === "f" ? "female" : "male");
  choose("sharing_consent", "yes");
});
