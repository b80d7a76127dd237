/** What schemas shorten; the right side is what people say. Several readings are tried in order. */
export const abbreviations: ReadonlyMap<string, readonly string[]> = new Map(
  `abbr abbreviation|acc account|acct account|addr address|adv advisor|advert advertisement|amen amenity
amt amount|apt apartment,appointment|arr arrival|asst assistant|atten attendance|attr attribute|auth author
avg average|bal balance|bday birthday|bldg building|cat category|ccy currency|char characteristic
chk check|cmd command|cnt count|co company|comm commission|comp company|conf conference|cont contact
crs course|ctry country|curr current,currency|cust customer|db database|dept department|dep departure
dest destination|desc description|dest destination|diag diagnosis|diff difference|dir director
dist distance,district|div division|dob birth date|doc document,doctor|dt date|emp employee|eng english
env environment|est establishment|exch exchange|exp experience,expiry|fac faculty|fname first name
freq frequency|fk key|gpa gpa|govt government|gnp gnp|hr hour|hs hour|hosp hospital|ht height|id id
img image|info information|ins insurance|inst institution|instr instructor|inv invoice|lang language
lat latitude|lname last name|loc location|lon longitude|long longitude|lng longitude|lvl level|mgr manager
max maximum|med medication|mfg manufacturing|mgmt management|min minimum|mins minute|mkt market|mname middle name
mon month|msg message|mths month|nbr number|no number|num number|obj object|occ occupation|op operation
opt option|ord order|org organization|orig origin|pct percentage|perf performance|pers person|ph phone
pic picture|pop population|pos position|poss possession|pref preference|prev previous|prez president
prof professor,profession|prod product|proj project|pub publication|pwd password|qty quantity|qtr quarter
recv receive|ref reference|reg registration|rel relationship|rep representative|req requirement
res restaurant,resident|rev revenue|sal salary|sec section,second|sched schedule|sem semester|seq sequence
sess session|spec specialty|src source|ssn ssn|std student,standard|stat status|stu student|str string
svc service|sys system|tel telephone|temp temperature|tot total|trans transaction|treas treasurer
txn transaction|tx transaction|typ type|uid user id|univ university|usr user|util utility|val value
veh vehicle|vol volume|wgt weight|wt weight|yr year|zip zip|ppl person|pkg package|cid id|rid id
fax fax|tourn tournament|advis advisor|cert certificate|pts point|pct percent|purch purchase`
    .split(/[|\n]/)
    .map((line) => {
      const [short = "", ...long] = line.trim().split(" ");
      return [short, long.join(" ").split(",")];
    }),
);
