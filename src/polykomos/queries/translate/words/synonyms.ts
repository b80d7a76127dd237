// What people say for what schemas say. A group's words stand for each other.

const groups = `person people man individual human resident member
employee worker staff personnel
customer client buyer shopper
teacher instructor professor lecturer faculty
student pupil
doctor physician
film movie
song track
car vehicle automobile
firm company business corporation enterprise
store shop
town city
nation country
nationality country citizenship
region state province area
location place venue address where site position
phone telephone mobile cell
mail email
job occupation profession
salary pay wage earning income
price cost charge fee amount
worth value
revenue sale earning income
gender sex
birthday birth
date day time when
duration length
size capacity area
seat capacity
surname last family
forename first given
title name headline
name call title
detail description information info
kind type category sort class
id identifier number code
begin start from
end finish to until
book publication
writer author
director
boss manager supervisor head leader
chief head leader
headquarters hq headquarter
school college university
department division
quantity amount number count
score point rating grade mark
rating star
rank ranking position
grade level
weight heavy
height tall
age old
team club
match game
competition tournament contest
stadium venue arena
purchase buy order
order purchase
transaction payment
bill invoice
flight airline
airport
destination arrival
source origin departure
spouse wife husband
party
year
major
enroll register attend registration enrollment
register registration
review comment rating
picture photo image
language speak
population inhabitant resident
money cash balance
total sum
percentage percent rate
employer company
owner own
pet animal
trip journey travel
hire employ
medicine drug medication
illness disease
treatment procedure
apartment flat unit
hotel inn
room
album
artist singer musician performer
performer actor
actor actress cast
crime offense
policy
claim
complaint
result outcome
election vote
vote ballot
candidate
representative
user account
follower follow
tweet message post
website site url
homepage url website
nickname alias
street road address
zip postcode postal
elevation altitude height
distance mileage
speed velocity
horsepower power
profit gain
asset
debt
loan
bank
branch
supplier vendor
manufacturer maker brand producer
product item goods merchandise
component part
stock inventory
shipment delivery
warehouse
discount reduction
founder found
establish open found create
dormitory dorm residence
document file paper record
player participant contestant competitor
company enterprise organisation organization
ship vessel boat
district region area zone
dorm dormitory
course curriculum class subject
lesson class course
paper article publication
song music track
aircraft plane airplane
college campus university
color colour
attribute feature characteristic property
population populace
airport aerodrome
pilot aviator
station terminal stop
theme topic subject
major discipline
program programme
railway railroad
allergy hypersensitivity
advisor adviser
delegate representative
driver chauffeur
journalist reporter
booking reservation
problem issue
storm windstorm
hometown birthplace
nickname monicker alias
team group
catalog catalogue
device equipment
description content detail
nationality nation
participant attendee
committee board
furniture furnishing
task mission
damage loss
theft robbery
outcome result
house home
quantity amount
floor storey
entrepreneur founder
speed pace
member affiliate
champion winner
win winner victory
lose loss
age year`
  .split("\n")
  .map((line) => line.trim().split(" "));

const table = new Map<string, Set<string>>();
for (const group of groups) {
  for (const word of group) {
    const others = table.get(word) ?? new Set<string>();
    for (const other of group) if (other !== word) others.add(other);
    table.set(word, others);
  }
}

/** Whether two singular words may name the same thing. */
export function areSynonyms(one: string, other: string): boolean {
  return table.get(one)?.has(other) ?? false;
}

/** All words the built-in groups know. */
export function synonymWords(): Iterable<string> {
  return table.keys();
}
