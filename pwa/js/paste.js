/**
 * Paste a text of several lines into a field of one, with a space for each line's end. A browser would leave the ends
 * out, and join the last group of a code with the first word of the next line.
 *
 * @param {ClipboardEvent} event
 */
export function pasteInOneLine(event) {
  const field = event.currentTarget;
  const text = event.clipboardData?.getData("text") ?? "";
  if (!(field instanceof HTMLInputElement) || !/[\r\n]/.test(text)) return;
  event.preventDefault();
  const start = field.selectionStart ?? field.value.length;
  const end = field.selectionEnd ?? start;
  const room = field.maxLength < 0 ? text.length : field.maxLength - field.value.length + end - start;
  field.setRangeText(text.replace(/[\r\n]+/g, " ").slice(0, Math.max(0, room)), start, end, "end");
  field.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertFromPaste" }));
}
