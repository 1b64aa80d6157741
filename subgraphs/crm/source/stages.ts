/** How far an opportunity is, as conditions on its row. */
import type { Where } from '#shared/relations.ts'

export const isWon: Where = (eb) => eb('opportunity.stage', '=', 'WON')
export const isLost: Where = (eb) => eb('opportunity.stage', '=', 'LOST')
export const isOpen: Where = (eb) => eb('opportunity.stage', 'not in', ['WON', 'LOST'])
