// What of a statement may content say? The store refuses a statement for any faulty part; the player is its provider, so it sends what is sound.

const VERB_OF_ENDING = /\/(completed|passed|failed|answered|consumed?|mastered)$/;
const DURATION = /^P(?!$)(\d+W|(\d+Y)?(\d+M)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+([.,]\d+)?S)?)?)$/;

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isNothing = (value) => value === null || value === undefined || (typeof value === "number" && !Number.isFinite(value));

/** Return a statement without null parts, extensions that are none, and results that the standard does not know. */
export function sound(statement) {
  const found = without(statement);
  if (found.result !== undefined) {
    found.result = isObject(found.result) ? resultOf(found.result) : {};
    if (!Object.keys(found.result).length) delete found.result;
  }
  if (found.context !== undefined && !isObject(found.context)) delete found.context;
  return found;
}

/** Return the names of what a statement has and its sound form lacks, such as `result.score.raw`; never a value. */
export function lost(said, kept, path = "") {
  if (Array.isArray(said)) return said.length === kept.length ? said.flatMap((one, index) => lost(one, kept[index], path)) : [path];
  if (!isObject(said)) return [];
  return Object.entries(said).flatMap(([name, one]) => {
    const below = path ? `${path}.${name}` : name;
    if (one === undefined) return [];
    return isObject(kept) && name in kept ? lost(one, kept[name], below) : [below];
  });
}

/** Return the least that says how an activity ended: for a statement that the store refused although it was sound. Null where it does not end. */
export function core({ id, timestamp, verb, object, result }) {
  if (!VERB_OF_ENDING.test(verb.id)) return null;
  const kept = {};
  for (const name of ["completion", "success"]) if (typeof result?.[name] === "boolean") kept[name] = result[name];
  return { id, timestamp, verb: { id: verb.id }, object: { id: object.id }, ...(Object.keys(kept).length ? { result: kept } : {}) };
}

/** Leave out what is null, outside of extensions, where it has a meaning; extensions are an object, or none. */
function without(value) {
  if (Array.isArray(value)) return value.filter((one) => !isNothing(one)).map(without);
  if (!isObject(value)) return value;
  const kept = {};
  for (const [name, one] of Object.entries(value)) {
    if (isNothing(one)) continue;
    if (name === "extensions") {
      if (isObject(one) && Object.keys(one).length) kept[name] = one;
    } else {
      kept[name] = without(one);
    }
  }
  return kept;
}

function resultOf({ score, success, completion, response, duration, extensions }) {
  const kept = {};
  const points = isObject(score) ? scoreOf(score) : {};
  if (Object.keys(points).length) kept.score = points;
  if (typeof success === "boolean") kept.success = success;
  if (typeof completion === "boolean") kept.completion = completion;
  if (typeof response === "string") kept.response = response;
  if (typeof duration === "string" && DURATION.test(duration)) kept.duration = duration;
  if (extensions) kept.extensions = extensions;
  return kept;
}

function scoreOf({ scaled, raw, min, max }) {
  const numbers = Object.fromEntries(Object.entries({ scaled, raw, min, max }).filter(([, value]) => typeof value === "number"));
  if (Math.abs(numbers.scaled) > 1) delete numbers.scaled;
  if (numbers.min >= numbers.max) {
    delete numbers.min;
    delete numbers.max;
  }
  if (numbers.raw > numbers.max || numbers.raw < numbers.min) delete numbers.raw;
  return numbers;
}
