/**
 * What another system than the CRM has noted of a customer: often less, sometimes written in another
 * way, now and then wrong. What matching across systems has to live with.
 */
import type { Particulars } from './company.ts'
import { padded, type Random } from './random.ts'

/** The particulars as somebody else keeps them. */
export const particularsElsewhere = (own: Particulars, random: Random) => ({
  legalName: random.chance(700) ? own.legalName : null,
  taxRegistrationNo: taxNumber(own, random),
  line1: random.chance(850) ? address(own.line1, random) : null,
  city: random.chance(900) ? own.city : null,
  postalCode: random.chance(900) ? own.postalCode : null,
  phone: random.chance(600) ? telephone(own.phone, random) : null,
})

/** One in five is not noted, and one in a hundred has two digits exchanged. */
function taxNumber({ taxRegistrationNo: own }: Particulars, random: Random): string | null {
  const isNoted = random.chance(800)
  const isWrong = random.chance(10)
  if (own === null || !isNoted) return null
  return isWrong ? own.replace(/^(.)(.)(.)/, '$1$3$2') : own
}

/** Some write the road in short, and some companies have moved. */
function address(line1: string, random: Random): string {
  const form = random.int(10)
  const moved = random.between(301, 600)
  if (form === 0) return line1.replace(/^\d+/, String(moved))
  return form < 4 ? line1.replace('Road', 'Rd.') : line1
}

/** The same number as it is dialled inside the country, or the one of somebody else there. */
function telephone(phone: string | null, random: Random): string | null {
  const form = random.int(4)
  const other = padded(random.between(20_000_000, 29_999_999), 8)
  if (phone === null) return null
  if (form === 0) return `02-${other}`
  return form === 1 ? phone.replace('+886-2-', '(02) ') : phone
}
