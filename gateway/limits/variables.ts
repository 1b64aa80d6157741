/**
 * What variables weigh, measured before they are coerced: that takes a step of the stack for each
 * level, and remembers every wrong value.
 */
import type { Limits } from './limits.ts'
import { beyond } from './document.ts'

export type Variables = Readonly<Record<string, unknown>>

/** Throws with the limit's code when the variables are beyond one. */
export function checkVariables(variables: Variables, limits: Limits): void {
  let characters = 0
  let terms = 0
  const add = (length: number): void => {
    characters += length
    if (characters > limits.variableCharacters)
      throw beyond('variableCharacters', characters, limits)
  }
  const measure = (value: unknown, depth: number): void => {
    if (typeof value === 'string') return add(value.length)
    if (typeof value !== 'object' || value === null) return add(1)
    if (depth >= limits.variableDepth) throw beyond('variableDepth', depth + 1, limits)
    if (!Array.isArray(value)) {
      measureObject(value as Variables, depth) // of JSON there is nothing else
      return
    }
    if (value.length > limits.listItems) throw beyond('listItems', value.length, limits)
    for (const item of value) {
      if (typeof item === 'object' && item !== null && !Array.isArray(item)) {
        terms += 1
        if (terms > limits.filterTerms) throw beyond('filterTerms', terms, limits)
      }
      measure(item, depth + 1)
    }
  }
  const measureObject = (object: Variables, depth: number): void => {
    for (const name in object) {
      add(name.length)
      measure(object[name], depth + 1)
    }
  }
  measureObject(variables, 0)
}

/** Shorter bodies cannot hold anybody up. */
const minScanned = 16_384

/** Around the variables in a body: the request, and a batch. */
const levelsAround = 3

/**
 * Throws when the JSON of a body nests deeper than its variables may. Half a megabyte of brackets takes
 * a parser much longer than any other text of that length.
 */
export function checkJsonNesting(text: string, limits: Limits): void {
  if (text.length < minScanned) return
  const most = limits.variableDepth + levelsAround
  let depth = 0
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charCodeAt(at)
    if (char === 0x22) {
      at = endOfString(text, at)
    } else if (char === 0x7b || char === 0x5b) {
      depth += 1
      if (depth > most) throw beyond('variableDepth', depth - levelsAround, limits)
    } else if (char === 0x7d || char === 0x5d) depth -= 1
  }
}

function endOfString(text: string, start: number): number {
  let at = start + 1
  while (at < text.length && text.charCodeAt(at) !== 0x22)
    at += text.charCodeAt(at) === 0x5c ? 2 : 1
  return at
}
