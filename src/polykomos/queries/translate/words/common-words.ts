// Words that schemas are made of, for cutting a fused name ("clubname", "amountpaid") where it means to be cut.

export const commonWords: readonly string[] =
  `able access account acquire action active activity actor actual add address advisor age agency agent air
aircraft airline airport album all allergy amenity amount animal apartment arrival artist as assignment at
attend author average award back balance ball base bath bed bedroom best bill birth board body book born
branch brand budget build building business buyer by call campus candidate capacity car card case cash
category center champion change charge chip city claim class close closing club coach code college color
column comment commission committee company competition conductor contact content contestant contract
cost count country county coupon course court create created credit crime currency current customer cycle
daily data date day days default degree delivery department departure description dest destination detail
device director discount disease distance district division doctor document dorm draft driver drug due
duration email employee end engine enroll entry episode event exchange exhibition expiry faculty fail
fare father fax fee festival file film final first flight floor follow food for founded from full game
gender genre goal grade grant group guest head height high hire history home horse hospital host hotel
hour house id image in income index industry injury insurance instructor invoice is item job journal key
kind label language last lat latitude league length lesson letter level license line list loan local
location login long longitude loss lot low machine mail main major manager manufacturer map market match
material maximum medal media medicine member membership message middle minimum minor minute mobile model
money month mother mountain movie music name nation national nationality net new next nick note number
office official old on open opening operating order organization origin other out owner page paid paper
parent park part participant party password past patient payment people percent perform performance
period person phone photo picture place plan platform play player point policy population port position
post power premise present previous price primary private problem product profile program project
property publication publish purchase quality quantity race railway rank ranking rate rating reach
receive record reference region registration relation release rent report reporter request reservation
resident result revenue review role room route salary sale sales sample schedule school score season seat
second section secretary segment seller semester series service session sex share ship shipment shop
show sign singer site size skill software song source speed sport staff stadium star start state station
status stock store story street student style subject supplier supply symbol system table tax teacher
team technician telephone temperature term test text theme ticker ticket time title to top total tour
tourist track trade train training transaction transfer travel treatment trip type unit university update
updated url use user valid value vehicle venue version view visit visitor volume vote wage warehouse
weather website week weight width win winner wine word work worker world year zip acceptance opponent
bonus president treasurer captain vice max min avg amount paid joined settlement trans cust tx dp db sb
friend occupancy actor join premium rental session spouse sub parent child`.split(/\s+/);
