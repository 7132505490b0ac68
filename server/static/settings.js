/**
 * Settings: how much is not saved yet, and the property that somebody looks for.
 */

/** @typedef {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} Field */

/** @param {Element} field @returns {field is Field} */
const isField = (field) => field instanceof HTMLInputElement || field instanceof HTMLSelectElement || field instanceof HTMLTextAreaElement;

/** Whether a field says something else than the page came with. @param {Field} field */
function isChanged(field) {
  if (field instanceof HTMLSelectElement) return [...field.options].some((option) => option.selected !== option.defaultSelected);
  if (field instanceof HTMLTextAreaElement) return field.value !== field.defaultValue;
  if (field.type === "file") return field.files !== null && field.files.length > 0;
  // Of several to choose from, the one that was left says nothing.
  if (field.type === "radio") return field.checked && !field.defaultChecked;
  if (field.type === "checkbox") return field.checked !== field.defaultChecked;
  return field.type !== "hidden" && field.value !== field.defaultValue;
}

/** @param {HTMLFormElement} form */
function count(form) {
  const changed = [...form.elements].filter((field) => isField(field) && field.name !== "" && !field.closest("dialog") && isChanged(field)).length;
  const said = form.querySelector("[data-unsaved]");
  if (said instanceof HTMLElement) {
    const words = changed === 1 ? said.dataset.one : said.dataset.more?.replace("{count}", changed.toLocaleString());
    const text = changed === 0 ? "" : words ?? "";
    if (said.textContent !== text) said.textContent = text;
  }
  const discard = form.querySelector("[data-discards]");
  if (said && discard instanceof HTMLElement) discard.hidden = changed === 0;
  const save = form.querySelector("[data-needs-a-change]");
  if (save instanceof HTMLButtonElement) save.disabled = changed === 0;
}

for (const form of document.querySelectorAll("form[data-counts-changes]")) {
  if (!(form instanceof HTMLFormElement)) continue;
  for (const kind of ["input", "change"]) form.addEventListener(kind, () => count(form));
  // A browser that comes back fills forms in after this.
  addEventListener("pageshow", () => count(form));
  count(form);
}

/** What a person would call the same: in capitals, ß is SS and σ at the end of a word is Σ; Turkish has an I of its own. @param {string} text */
const alike = (text) => text.normalize("NFKD").toUpperCase().normalize("NFKC");

const finder = document.querySelector("form[data-finds]");
if (finder instanceof HTMLFormElement) {
  const typed = finder.querySelector('input[type="search"]');
  const chip = finder.querySelector("[data-changed-only]");
  const rows = [...document.querySelectorAll(".prop-row")].filter((row) => row instanceof HTMLElement);
  // What the address left out can't be shown again without asking the server.
  const isWhole = location.search === "";
  const find = () => {
    const wanted = typed instanceof HTMLInputElement ? alike(typed.value.trim()) : "";
    const onlyChanged = isWhole && chip?.classList.contains("on");
    for (const row of rows) row.hidden = !alike(row.querySelector("span")?.textContent ?? "").includes(wanted) || (onlyChanged === true && !row.hasAttribute("data-changed"));
    for (const group of document.querySelectorAll('.props [role="group"]')) {
      if (group instanceof HTMLElement) group.hidden = group.querySelector(".prop-row:not([hidden])") === null;
    }
    const nothing = document.querySelector("[data-nothing]");
    if (nothing instanceof HTMLElement) nothing.hidden = rows.some((row) => !row.hidden);
  };
  typed?.addEventListener("input", find);
  if (isWhole) {
    // A new page would take along what is typed and not saved.
    finder.addEventListener("submit", (event) => event.preventDefault());
    chip?.addEventListener("click", (event) => {
      event.preventDefault();
      const isOn = chip.classList.toggle("on");
      chip.querySelector("use")?.setAttribute("href", `/pwa/vendor/lucide/icons.svg#${isOn ? "x" : "plus"}`);
      find();
    });
  }
  find();
}

// On a narrow screen the kinds of settings scroll; the one that is shown is in sight, also once a window became narrow.
const kinds = document.querySelector(".set > nav"), shown = kinds?.querySelector("[aria-current]");
if (kinds && shown) {
  /** @param {Element} one */
  const middle = (one) => one.getBoundingClientRect().left + one.getBoundingClientRect().width / 2;
  const see = () => { kinds.scrollLeft += middle(shown) - middle(kinds); };
  matchMedia("(max-width: 899px)").addEventListener("change", see);
  see();
}
