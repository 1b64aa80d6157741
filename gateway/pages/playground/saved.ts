/**
 * The saved questions that the caller can ask; none without a token. They are had anew when another one
 * asks: what one may know of, the next one may not. No React here.
 */
import { fetchAsCaller, type SavedQuestion } from './session.ts'

let questions: readonly SavedQuestion[] = []
let asking = 0
const listeners = new Set<() => void>()

export const savedQuestions = {
  subscribe: (listener: () => void) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  },
  current: () => questions,
}

export async function loadQuestions(): Promise<void> {
  asking += 1
  const mine = asking
  tell([]) // those of before were somebody else's
  const response = await fetchAsCaller('/playground/questions.json', {})
  if (!response.ok) return // without a good token there are none
  const found = (await response.json()) as { readonly questions: readonly SavedQuestion[] } // our own address
  if (mine === asking) tell(found.questions)
}

function tell(found: readonly SavedQuestion[]): void {
  questions = found
  for (const listener of listeners) listener()
}
