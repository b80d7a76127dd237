// The words of a question that are not names: longest phrase first, before any name is looked for.
// A line is `meaning: phrase | phrase`; a meaning may carry an argument after a blank.

import type { Operator } from "./operator.ts";

const lines = `command: show | show me | list | list all | find | find out | give | give me | return | return me | tell me | display | get | what is | what are | what were | what was | what's | what | which | who | who are | who is | when | where | where is | where are | name | select | retrieve | provide | report | i want | can you | please | could you | let me know | whats | identify | determine | compute | calculate | fetch | print | output | describe | how old | how long
count: how many | number of | numbers of | the number of | total number of | the total number of | the count of | count of | count the number of | count number of | find the number of | count | counts | total count of | amount of different | quantity of | how many times | the counts of | occurrences of | with the number of | with the count of | with number of
agg avg: average | mean | avg | on average | average value of | average of | averages | the average number of | average number of
agg sum: total | sum of | sum | the sum of | combined | overall | totals | total amount of | total value of | in total | the total sum of | how much | how much total
agg max: maximum | max | maximal | maximum value of | maximum of | maximum number of
agg min: minimum | min | minimal | minimum value of | minimum of
super desc: highest | largest | greatest | biggest | most | top | best | highest number of | largest number of | greatest number of | most number of | maximum number of | maximal number of | largest amount of | the most number of | longest | tallest | heaviest | most expensive | fastest | strongest | broadest | widest | deepest | richest | highest total
super asc: lowest | smallest | least | fewest | worst | lowest number of | smallest number of | fewest number of | least number of | minimum number of | shortest | lightest | cheapest | least expensive | slowest | closest | poorest | bottom | smallest amount of | minimal number of
time desc: latest | most recent | most recently | newest | last | recently
time asc: earliest | first
age desc: oldest | eldest | senior most
age asc: youngest
common desc: the most times | most times | the most number of times | most number of times | greatest number of times | the greatest number of times | highest number of times | largest number of times | most common | most popular | most frequent | most frequently | most often | most commonly | most frequently used | most commonly used | most used | most widely used | most popularly | most prominent | most usual
common asc: fewest times | the fewest times | least number of times | the least number of times | fewest number of times | least times | least common | least popular | least frequent | least often | least used | least frequently | least commonly
order: sorted by | sort by | ordered by | order by | ordered according to | sorted according to | in order of | in the order of | ranked by | arranged by | order them by | sort them by | sort the list by | sort the results by | sort results by | sort the result by | order the results by | listed by | ordering by | sort the data by | ordered in | sorted in | sorted in order of | ordered in terms of | sorted in terms of | sorted based on | sort the names by | sort | sorted | ordered | ordered from | listed in order of | and sort by
order asc: in ascending order of | in the ascending order of | in alphabetical order of | in the alphabetical order of | in increasing order of | in the increasing order of | in lexicographical order of | in the lexicographic order of | in lexicographic order of | in ascending alphabetical order of | alphabetically sorted by | alphabetically ordered by | in alphabetical order by | alphabetically by | in ascending order by | ascending order of | increasing order of | sorted in lexicographical order of
order desc: in descending order of | in the descending order of | in decreasing order of | in the decreasing order of | in descending alphabetical order of | in reverse order of | descending order of | decreasing order of | in descending order by | in reverse alphabetical order of
dir asc: in ascending order | in alphabetical order | alphabetically | ascending | alphabetical | in increasing order | increasing | in lexicographical order | in lexicographic order | lexicographically | in the alphabetical order | in ascending alphabetical order | in alphabetic order | from low to high | from lowest to highest | in an ascending order | from least to most | from smallest to largest | from small to large | from a to z | in ascending lexicographical order | ascendingly | alphabetical order | starting from the earliest date | lowest first
dir desc: in descending order | descending | decreasing | in decreasing order | from high to low | from highest to lowest | from most to least | from largest to smallest | in reverse alphabetical order | in descending alphabetical order | in a descending order | in reverse lexicographical order | descendingly | in reverse order | reverse alphabetical order | from large to small | highest first | from the highest to the lowest | from the most to the least | starting from the top
agedir desc: from oldest to youngest | from the oldest to the youngest | from old to young
agedir asc: from youngest to oldest | from the youngest to the oldest | from young to old
timedir desc: from most recent to oldest | from the most recent to the oldest | from latest to earliest | from newest to oldest | from the most recent to the earliest | from the newest to the oldest | latest first | newest first | most recent first | in reverse chronological order | from the latest to the earliest | from the most recent to the least recent
timedir asc: from earliest to latest | from the earliest to the latest | from oldest to newest | in chronological order | chronologically | from the oldest to the newest | from the oldest to the most recent | from oldest to most recent | from past to present
group: for each | of each | in each | by each | at each | on each | from each | to each | with each | each | per | for every | of every | in every | every | grouped by | group by | broken down by | for all the different | for different | of different | of all different | in different | of the different | across different | across each | for each of the | in each of the | under each | within each | for all distinct | for each different | for each distinct | in each different | from different | belonging to each | respective
distinct: different | distinct | unique | without repetition | without duplicates | no duplicates | distinctive | the distinct list of | distinct list of | various
cmp >: more than | greater than | larger than | higher than | bigger than | over | above | exceeding | exceeds | exceed | beyond | is more than | more expensive than | surpassing | in excess of | no smaller and more than | greater | higher | larger | out of more than
cmp <: less than | fewer than | lower than | smaller than | below | under | cheaper than | less expensive than | not exceeding by | lower | smaller
cmp >=: at least | no less than | not less than | no fewer than | greater than or equal to | more than or equal to | not lower than | no smaller than | minimum of | or more than | a minimum of | equal to or greater than | equal or more than | as many as | no lower than
cmp <=: at most | no more than | not more than | less than or equal to | fewer than or equal to | up to | no greater than | no higher than | not greater than | equal to or less than | smaller than or equal to | a maximum of | not higher than | no larger than | lower than or equal to
cmp =: only | equal to | equals | equal | exactly | same as | is equal to | of exactly | =
cmp <>: other than | not equal to | different from | besides | is not equal to | anything other than | apart from | differ from | not the same as
longer >: longer than | taller than
longer <: shorter than
heavier >: heavier than
heavier <: lighter than
older >: older than | elder than
older <: younger than
later >: after | later than | since | starting from | more recent than | newer than
later <: before | earlier than | prior to
later >=: on or after | from or after | no earlier than
later <=: on or before | until | by the end of | no later than
faster >: faster than
faster <: slower than
ormore >=: or after | or more | or above | or higher | or greater | and above | or older | or later | or over | or longer | and more | and higher | or larger
ormore <=: or before | or less | or below | or fewer | or lower | and below | or younger | or earlier | or shorter | or under | or cheaper
between: between | ranging from | in the range of | in the range | in range | range from | in between | ranges from | in the range between | ranging between
like has: contain | contains | containing | including the word | includes the word | includes word | include word | contains word | with word | with the word | has the word | have the word | having the word | has the substring | with the substring | contain the word | contains the word | containing the word | contain the substring | contains the substring | include the word | include the substring | includes the substring | have the substring | has a substring | contains substring | contain substring | contains the letter | contain the letter | contains letter | has the letter | have the letter | with the letter | contained the word | have substring | has substring | with substring | that has substring | contains the string | the substring | substring | including the substring | have the letters | contains the phrase | includes the letter | with the phrase | contain the phrase | has the phrase | contains the text | contain the text | which contain | including the string | with the string | part of the name | include the letter | with a substring of
like starts: start with | starts with | starting with | begin with | begins with | beginning with | starts with the letter | start with the letter | starting with the letter | starts with letter | begin with the letter | beginning with letter | begins with the letter | beginning with the letter | prefix | with prefix | starting with letter | that starts with | with the prefix | started with | has the prefix | start with letter | starting from letter | starts from | start from | with a prefix
like ends: end with | ends with | ending with | ends with the letter | ending with the letter | end with the letter | ends in | ending in | end in | suffix | with suffix | ended with | ends with letter | with the suffix | ends with the string
not: not | no | never | without | don't | doesn't | didn't | isn't | aren't | haven't | hasn't | wasn't | weren't | do not | does not | did not | have not | has not | neither | nor | cannot | can't | not have | do not have | does not have | did not have | don't have | doesn't have | didn't have | has no | have no | had no | with no | that lack | lack | lacking | never had | have never | has never | had never | no any | without any | not any | do not have any | does not have any | don't have any | did not have any | didn't have any | doesn't have any | have not had any | has not had any | without having | none of | has never had | no longer | is not | are not | was not | were not | had not | not yet | cannot be | having no | not been | not had | but no | excluding any
except: but not | except | excluding | except for | but did not | but do not | but does not | but don't | but doesn't | but didn't | and not | but have not | but has not | but haven't | but hasn't | but never | and did not | and do not | and does not | with the exception of | but no | minus | but without | but is not | but are not | but were not | but was not | and no | and does not have | and do not have | but does not have | but do not have | but have no | but has no | but not in | and don't | and doesn't | and didn't | but who did not | but who do not | and never | as opposed to | and have no | and are not | and is not
both: both | at the same time | simultaneously
either: either | or either
and: and | as well as | and also | along with | together with | plus | and then | while also | also | then | but also | in addition to | and their | with their | along with their | together with their | along with its | along with the | as well as their | and its | and the | with its | with the corresponding | and the corresponding | and its corresponding | and their corresponding | together with the | as well as the | in addition | and his | and her | &
or: or | or the
whose: whose | in which | where the | with a | for which | of which | such that | where their | where its | on which | at which | from which | to which
rel: that | which | who | whom | that have | that has | who have | who has | which have | which has | that are | that is | who are | who is | which are | which is | where | when | with | have | has | having | had | that were | that was | who were | who was | that had | who had | that do | does | do | did | been | being | are | is | was | were | be | used | uses | use | with any | has been | have been | had been | are there | is there | there are | there is | were there | belong to | belongs to | belonging to | associated with | related to | corresponding to | owned by | made by | involved in | own | has ever | have ever | has any | have any | have some | that can | which can | that have any | who have any | with some | having any | that contain any | did each | does each | has each
prep: in | of | for | from | by | at | on | to | into | during | among | across | within | about | under | through | against | toward | via | inside | onto | as | called | named | titled | out of | all of | between all | with name | coming from | located in | located at | based in | living in | who live in | live in | lives in | from the | of all | in all | for all | of the | in the | at the | by the | with the name | by all | among all | of all the | in all the | from all the | from all | for all the | on the | to the
each: their respective | respectively
star: all information | all the information | all details | everything | all info | all columns | all attributes | all the details | full information | complete information | all available information | all the attributes | all the info | all the data | all information about | all the information about | the information of all | all relevant information | the details of all information | information of all | information about all
above avg: above average | above the average | over the average | greater than average | higher than average | above-average | more than average | larger than average
below avg: below average | below the average | less than average | lower than average | under the average | smaller than average
pct: percentage of | what percentage of | percent of | proportion of | share of | the percentage of | fraction of | what percent of | what proportion of
all any: any | some | all
null: null | missing | is missing | unknown value | no value | is null | has no value | are null | is empty
notnull: not null | is not null | not missing | nonnull | are not null | not empty
same: the same | same | in common | shared by | share
yesno: is there | are there any | is there any | does any | do any
past: in the past | in the last | over the last | over the past | within the last | within the past | during the last | during the past | the last | the past
bucket: by month | by year | by day | by week | by quarter | monthly | yearly | daily | weekly | quarterly | annually | per month | per year | per day | per week | per quarter | each month | for each month | every month | each quarter
sentence: . | ? | ! | ; | :
open: (
comma: , | )
glue: the | a | an | all the | of all kinds | please | there | it | its | it's | them | they | his | her | those | these | this | such | so | just | only | ever | currently | will | would | should | can | could | i | we | you | your | my | me | us | our | 's | / | - | possible | corresponding | existing | available | given | following | itself | themselves | too | whole | entire | together | total of | if | than | value | values | been | also | any | some | all | ones | one of | those of | because | based on | according to | made | make | makes | done | do | get | gets | got | go | goes | went | want | wants | need | needs | kind of | let | know | how | what | that | which | who | we have | do we have | in the database | in database | recorded | in our records | in the records | on record | in our database | in the system | list of | the list of | a list of | the set of | set of | a total of | their | whether | each of them | we | information about | information on | information of | associated | respective | involved | been made | contained | included | in the table | stored`;

type Phrase = { words: string[]; operator: Operator; argument: string };

/** Every phrase with its meaning, by its first word. */
export const phrases: ReadonlyMap<string, readonly Phrase[]> = index(lines);

function index(text: string): Map<string, Phrase[]> {
  const found = new Map<string, Phrase[]>();
  const seen = new Set<string>();
  for (const line of text.split("\n")) {
    const colon = line.indexOf(": ");
    const [operator = "", argument = ""] = line.slice(0, colon).split(" ");
    for (const phrase of line.slice(colon + 2).split(" | ")) {
      const words = phrase.trim().split(" ");
      const [first = ""] = words;
      // The first line that names a phrase decides what it means.
      if (seen.has(phrase)) continue;
      seen.add(phrase);
      const list = found.get(first) ?? [];
      list.push({ words, operator: operatorOf(operator), argument });
      found.set(first, list);
    }
  }
  for (const list of found.values()) list.sort((a, b) => b.words.length - a.words.length);
  return found;
}

function operatorOf(name: string): Operator {
  // The table above is the only caller, and names nothing else.
  return name as Operator;
}
