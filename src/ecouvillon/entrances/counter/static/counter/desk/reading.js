// The button says what it will record, and each line shows the strip as it should look on the
// cassette: compare, don't translate.
const form = document.querySelector("form[data-reading]");
const button = form.querySelector("[data-record]");
const words = button.querySelector("[data-record-words]");
const lines = [...form.querySelectorAll(".read-line")];

function show() {
  const found = [];
  for (const line of lines) {
    const chosen = line.querySelector("input:checked");
    line.querySelector("[data-window]").dataset.window = chosen.value;
    if (chosen.value !== "negative") {
      const name = line.querySelector("h2").textContent;
      found.push(`${name} ${chosen.closest("label").querySelector("span").textContent.toLowerCase()}`);
    }
  }
  const { rest, all, one } = button.dataset;
  if (!found.length) found.push(lines.length > 1 ? all : one);
  else if (found.length < lines.length) found.push(rest);
  words.textContent = button.dataset.record.replace("{found}", found.join(", "));
}

form.addEventListener("change", show);
show();
