/**
 * The chart of the start page: a day's values beside its bar, for a mouse, a finger and the arrow keys. Below the chart where
 * it is narrow, so that no finger and no box covers the bars. Without this script a browser shows a bar's title.
 */

/**
 * @param {HTMLElement} chart
 * @param {HTMLElement} tip
 */
function init(chart, tip) {
  const [name, values] = tip.children;
  const series = [...(chart.parentElement?.querySelectorAll("[data-color]") ?? [])].filter((one) => one instanceof HTMLElement);

  /** @param {SVGGElement} column */
  const tell = (column) => {
    const counts = (column.dataset.counts ?? "").split(" ");
    name.textContent = column.dataset.name ?? "";
    values.replaceChildren(
      ...series.flatMap((one, place) => {
        const [term, value, sign] = ["dt", "dd", "i"].map((tag) => document.createElement(tag));
        sign.className = `c${one.dataset.color}`;
        term.append(sign, one.dataset.name ?? "");
        value.textContent = Number(counts[place]).toLocaleString("en-US");
        return [term, value];
      }),
    );
  };

  const isBeside = () => getComputedStyle(tip).position === "absolute";

  /** Beside the bar, on the side where there is room. @param {SVGGElement} column */
  const place = (column) => {
    tip.hidden = false;
    tip.style.left = "";
    if (!isBeside()) return;
    const [around, bar] = [chart.getBoundingClientRect(), column.getBoundingClientRect()];
    const before = bar.left - around.left - tip.offsetWidth - 8;
    tip.style.left = `${before >= 0 ? before : bar.right - around.left + 8}px`;
  };

  for (const picture of chart.querySelectorAll("svg")) {
    const columns = [...picture.querySelectorAll("g")];
    for (const title of picture.querySelectorAll("title")) title.remove();
    let chosen = columns.length - 1;

    /** @param {number} next */
    const choose = (next) => {
      chosen = Math.min(Math.max(next, 0), columns.length - 1);
      columns.forEach((column, at) => column.classList.toggle("on", at === chosen));
      tell(columns[chosen]);
      place(columns[chosen]);
      say();
    };
    const say = () => {
      picture.setAttribute("aria-valuenow", String(chosen + 1));
      const counts = (columns[chosen].dataset.counts ?? "").split(" ");
      const told = series.map((one, at) => `${one.dataset.name} ${counts[at]}`).join(", ");
      picture.setAttribute("aria-valuetext", `${columns[chosen].dataset.name}: ${told}`);
    };
    const leave = () => {
      for (const column of columns) column.classList.remove("on");
      tip.hidden = true;
    };
    /** @param {PointerEvent} event */
    const point = (event) => {
      const column = event.target instanceof Element ? event.target.closest("g") : null;
      if (column) choose(columns.indexOf(column));
    };

    // One stop of the Tab key, and a day for each arrow: what a slider is.
    const named = { role: "slider", tabindex: "0", "aria-valuemin": "1", "aria-valuemax": String(columns.length) };
    for (const [attribute, value] of Object.entries(named)) picture.setAttribute(attribute, value);
    say();
    picture.addEventListener("pointermove", (event) => { if (event.pointerType === "mouse") point(event); });
    picture.addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse" && document.activeElement !== picture) leave(); });
    picture.addEventListener("click", point);
    picture.addEventListener("focus", () => { if (picture.matches(":focus-visible")) choose(chosen); });
    // Below the chart it stays: what is tapped next must not move away from under the finger.
    picture.addEventListener("blur", () => { if (isBeside()) leave(); });
    picture.addEventListener("keydown", (event) => {
      const next = { ArrowLeft: chosen - 1, ArrowRight: chosen + 1, ArrowDown: chosen - 1, ArrowUp: chosen + 1, Home: 0, End: columns.length - 1 }[event.key];
      if (event.key === "Escape") return leave();
      if (next === undefined) return;
      event.preventDefault();
      choose(next);
    });
  }
}

for (const chart of document.querySelectorAll("[data-chart]")) {
  const tip = chart.querySelector("[data-tip]");
  if (chart instanceof HTMLElement && tip instanceof HTMLElement) init(chart, tip);
}
