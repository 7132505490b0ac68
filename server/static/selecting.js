/**
 * Choosing rows of a list: how many, a stretch of them with Shift, and on narrow screens a head that counts.
 */
export {};

/** @type {Record<"selected" | "none", string>} in the language of the page */
const WORDS = JSON.parse(document.getElementById("selecting-words")?.textContent ?? "{}");

/** @param {HTMLFormElement} form */
function init(form) {
  /** @type {HTMLInputElement[]} */
  const boxes = [...form.querySelectorAll('input[name="chosen"]')].filter((box) => box instanceof HTMLInputElement);
  const page = form.querySelector("[data-ticks-all]");
  const counts = form.querySelector("[data-counts]");
  const isEverything = boxes.some((box) => box.disabled);
  const starts = document.querySelector("[data-selects]");
  const head = document.querySelector("header.head");
  const told = document.createElement("b");
  const ends = document.querySelector("[data-ends-selecting]");
  /** @type {HTMLInputElement | null} */
  let last = null;

  const show = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    for (const box of boxes) box.closest("tr")?.classList.toggle("sel", box.checked);
    if (page instanceof HTMLInputElement) {
      page.checked = chosen === boxes.length;
      page.indeterminate = chosen > 0 && !page.checked;
    }
    const text = chosen === 0 ? WORDS.none : WORDS.selected.replace("{count}", chosen.toLocaleString("en-US"));
    if (counts && !isEverything) counts.textContent = text;
    told.textContent = isEverything ? (counts?.textContent ?? "") : text;
  };

  /** @param {boolean} isOn */
  const turn = (isOn) => {
    document.body.classList.toggle("selecting", isOn);
    if (isOn && ends) head?.prepend(ends, told);
  };

  const clear = () => {
    const leave = form.querySelector("a.clears");
    if (leave instanceof HTMLAnchorElement) return leave.click();
    form.reset();
    show();
    turn(false);
    if (starts instanceof HTMLElement) starts.focus();
  };

  for (const box of boxes) {
    box.addEventListener("click", (event) => {
      const [from, to] = [boxes.indexOf(last ?? box), boxes.indexOf(box)].sort((one, other) => one - other);
      if (event.shiftKey) for (const between of boxes.slice(from, to + 1)) between.checked = box.checked;
      last = box;
      show();
    });
  }
  if (page instanceof HTMLInputElement) {
    page.hidden = false;
    page.disabled = isEverything;
    page.addEventListener("change", () => {
      for (const box of boxes) box.checked = page.checked;
      show();
    });
  }
  form.addEventListener("reset", () => setTimeout(show));
  // A box is hit by its whole row while rows are being chosen.
  form.addEventListener("click", (event) => {
    const hit = event.target instanceof Element ? event.target : null;
    const box = hit?.closest("tr")?.querySelector('input[name="chosen"]');
    if (!document.body.classList.contains("selecting") || !(box instanceof HTMLInputElement) || hit === box) return;
    event.preventDefault();
    event.stopPropagation();
    box.click();
  }, { capture: true });
  addEventListener("keydown", (event) => {
    const isFree = !document.querySelector("dialog[open], details.more[open]");
    if (event.key === "Escape" && isFree && boxes.some((box) => box.checked)) clear();
  });
  if (starts instanceof HTMLElement && ends instanceof HTMLElement) {
    ends.hidden = false;
    ends.addEventListener("click", clear);
    starts.hidden = false;
    starts.addEventListener("click", () => turn(true));
  }
  show();
  // Who comes back finds the boxes as they were.
  if (matchMedia("(max-width: 719px)").matches && boxes.some((box) => box.checked)) turn(true);
}

const form = document.querySelector("form.chosen");
if (form instanceof HTMLFormElement) init(form);
