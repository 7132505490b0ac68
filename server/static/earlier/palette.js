/**
 * The command palette: Ctrl+K, some letters, Enter. It offers what the page offers anyway, and searches for the rest.
 */

/** @typedef {{name: string, run: () => void}} Command */

const dialog = document.getElementById("palette");
const input = dialog?.querySelector('input[name="q"]');
const list = dialog?.querySelector('[role="listbox"]');

/** @returns {Command[]} what can be seen on this page, by its own words */
function commands() {
  const offered = document.querySelectorAll(".places a, .who a, .title :is(a, button), [data-command]");
  return [...offered].flatMap((element) => {
    if (!(element instanceof HTMLElement) || element.hidden) return [];
    const name = (element.dataset.command ?? element.textContent ?? "").replace(/\s+/g, " ").trim();
    return name === "" ? [] : [{ name, run: () => element.click() }];
  });
}

/**
 * @param {HTMLDialogElement} dialog
 * @param {HTMLInputElement} input
 * @param {HTMLElement} list
 */
function init(dialog, input, list) {
  /** @type {Command[]} */
  let shown = [];
  let chosen = 0;

  /** @param {Command} command */
  const run = (command) => {
    dialog.close();
    command.run();
  };

  const mark = () => {
    [...list.children].forEach((option, place) => option.setAttribute("aria-selected", String(place === chosen)));
    input.setAttribute("aria-activedescendant", list.children[chosen]?.id ?? "");
    list.children[chosen]?.scrollIntoView({ block: "nearest" });
  };

  const show = () => {
    const typed = input.value.trim();
    const fitting = commands().filter(({ name }) => name.toLowerCase().includes(typed.toLowerCase()));
    const name = (dialog.dataset.search ?? "").replace("{typed}", () => typed);
    const search = { name, run: () => input.form?.submit() };
    shown = typed === "" ? fitting : [...fitting, search];
    chosen = 0;
    list.replaceChildren(
      ...shown.map((command, place) => {
        const option = document.createElement("li");
        option.id = `command-${place}`;
        option.setAttribute("role", "option");
        option.textContent = command.name;
        option.addEventListener("click", () => run(command));
        return option;
      }),
    );
    mark();
  };

  input.addEventListener("input", show);
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && shown.length > 0) {
      event.preventDefault();
      chosen = (chosen + step + shown.length) % shown.length;
      mark();
    } else if (event.key === "Enter" && shown[chosen]) {
      event.preventDefault();
      run(shown[chosen]);
    }
  });

  const open = () => {
    if (document.querySelector("dialog[open]")) return;
    input.value = "";
    show();
    dialog.showModal();
  };
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
    event.preventDefault();
    open();
  });
  const opener = document.querySelector("[data-opens-palette]");
  if (opener instanceof HTMLButtonElement) {
    opener.hidden = false;
    opener.addEventListener("click", open);
  }
}

if (dialog instanceof HTMLDialogElement && input instanceof HTMLInputElement && list instanceof HTMLElement) init(dialog, input, list);
