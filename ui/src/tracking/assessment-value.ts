/** What a person typed as a value: yes and no are truths, numbers are numbers, all else is text. */
export function parseAssessmentValue(text: string): boolean | number | string {
  const word = text.trim()
  if (/^(?:yes|true)$/i.test(word)) return true
  if (/^(?:no|false)$/i.test(word)) return false
  return word !== '' && Number.isFinite(Number(word)) ? Number(word) : word
}
