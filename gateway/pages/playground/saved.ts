/**
 * The saved questions that the caller can ask; none without a token. They are had anew when another one
 * asks: what one may know of, the next one may not. No React here.
 */
import { createHeld } from './held.ts'
import { fetchAsCaller, type SavedQuestion } from './session.ts'

let asking = 0

export const savedQuestions = createHeld<readonly SavedQuestion[]>([])

export async function loadQuestions(): Promise<void> {
  asking += 1
  const mine = asking
  savedQuestions.keep([]) // those of before were somebody else's
  const response = await fetchAsCaller('/playground/questions.json', {})
  if (!response.ok) return // without a good token there are none
  const found = (await response.json()) as { readonly questions: readonly SavedQuestion[] } // our own address
  if (mine === asking) savedQuestions.keep(found.questions)
}
