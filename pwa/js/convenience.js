/**
 * What a phone may refuse a page: its storage, its clipboard, its voice, its worker.
 *
 * They are missing or null, throw anything, are full, answer late or never. None of them may stand between an
 * answer and the person, so each becomes a plain outcome here. An operation holds little more than the phone's own call:
 * a fault of ours must not pass for the phone's.
 */

/** Milliseconds that a person waits for something that is not the answer. */
const PATIENCE = 1_500;

/**
 * @template Result
 * @typedef {{done: true, result: Result} | {done: false, error?: unknown}} Outcome
 */

/**
 * What the phone does at once.
 *
 * @template Result
 * @param {() => Result} operation
 * @returns {Outcome<Result>}
 */
export function atOnce(operation) {
  try {
    return { done: true, result: operation() };
  } catch (error) {
    return { done: false, error };
  }
}

/**
 * What the phone does in its own time; the outcome may be long in coming, and never come.
 *
 * @template Result
 * @param {() => Result | PromiseLike<Result>} operation is begun at once, as an operation that a tap permits has to be
 * @returns {Promise<Outcome<Result>>}
 */
export async function inTime(operation) {
  try {
    return { done: true, result: await operation() };
  } catch (error) {
    return { done: false, error };
  }
}

/**
 * What is known of an outcome by the time that a person would grow impatient; not done, if it is still open then.
 *
 * @template Result
 * @param {Promise<Outcome<Result>>} outcome
 * @returns {Promise<Outcome<Result>>}
 */
export function soon(outcome) {
  /** @type {Promise<Outcome<Result>>} */
  const patience = new Promise((resolve) => setTimeout(resolve, PATIENCE, { done: false }));
  return Promise.race([outcome, patience]);
}
