import { randomInt } from 'node:crypto'

const adjectives =
  'able amber ample bold brave brisk calm clean clever crisp eager fair fast fine firm fond free fresh gentle glad golden grand happy honest humble keen kind light lively loyal lucky mellow merry mild neat noble polite proud quick quiet rapid ready rich royal sharp shiny silent sleek smart smooth solid sound steady strong sunny sweet swift tidy upbeat vivid warm wise witty'.split(
    ' ',
  )
const nouns =
  'badger bear bee bird boar bug calf carp cat chimp cod colt cow crab crane crow cub deer doe dog dolphin donkey dove duck eel elk ewe finch fish fly foal fowl fox frog gnat gnu goat goose grouse grub gull hare hawk hen hog horse hound jay kit koi lamb lark loon lynx mare midge mink mole moose moth mouse mule newt owl ox panda penguin perch pig pug quail ram rat ray robin roo rook seal shad shark sheep shoat shrew shrike shrimp skink skunk sloth slug smelt snail snake snipe sow sponge squid squirrel stag steed stoat stork swan tern toad trout turtle vole wasp whale wolf worm wren yak zebra'.split(
    ' ',
  )

/** A name for a run that was given none: `brisk-otter-417`. */
export function randomRunName(): string {
  const pick = (words: readonly string[]) => words[randomInt(words.length)] ?? ''
  return `${pick(adjectives)}-${pick(nouns)}-${randomInt(1000)}`
}
