/**
 * What stands behind the "#" of an address, also where an application has encoded that sign, once or twice, and so
 * moved all behind it into the path. Only the server reads what is found.
 *
 * @param {string} address
 * @returns {{place: string, carried: string} | null} null where nothing stands there
 */
export function opened(address) {
  const [, place, carried] = /^(.*?)(?:#|%(?:25)*23)(.+)$/s.exec(address) ?? [];
  return place === undefined || carried === undefined ? null : { place, carried };
}
