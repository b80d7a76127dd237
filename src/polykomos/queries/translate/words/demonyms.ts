/** Words of a question that stand for a value which is written otherwise. */
export const standsFor: ReadonlyMap<string, readonly string[]> = new Map(
  `female:f,female,woman,women,w|male:m,male,man,men|woman:f,female,women|man:m,male,men|girl:f,female,girl
boy:m,male,boy|women:f,female,women|men:m,male,men|girls:f,female|boys:m,male|females:f,female|males:m,male
american:usa,united states,us,united states of america,american|british:uk,united kingdom,great britain,england
english:english,england|french:france,french|german:germany,german|italian:italy,italian|spanish:spain,spanish
chinese:china,chinese|japanese:japan,japanese|korean:korea,south korea,korean|russian:russia,russian
canadian:canada,canadian|mexican:mexico,mexican|brazilian:brazil|indian:india,indian|australian:australia
dutch:netherlands,dutch|swiss:switzerland|swedish:sweden,swedish|norwegian:norway|danish:denmark
finnish:finland|polish:poland,polish|portuguese:portugal,portuguese|greek:greece,greek|turkish:turkey
irish:ireland|scottish:scotland|welsh:wales|belgian:belgium|austrian:austria|czech:czech republic
hungarian:hungary|egyptian:egypt|african:africa|european:europe|asian:asia|argentine:argentina
argentinian:argentina|chilean:chile|colombian:colombia|cuban:cuba|jamaican:jamaica|kenyan:kenya
nigerian:nigeria|israeli:israel|iraqi:iraq|iranian:iran|pakistani:pakistan|thai:thailand
vietnamese:vietnam|indonesian:indonesia|malaysian:malaysia|filipino:philippines|ukrainian:ukraine
romanian:romania|bulgarian:bulgaria|serbian:serbia|croatian:croatia
usa:usa,us,united states|us:usa,us,united states,united states of america|uk:uk,united kingdom
america:usa,united states,us|canceled:cancelled,canceled|cancelled:cancelled,canceled
yes:yes,y,1,true|completed:completed,complete,done|los angeles:los angeles,la
junior:junior,jr|senior:senior,sr|database:database,db|ny:new york|la:los angeles
monday:monday,mon|tuesday:tuesday,tue|wednesday:wednesday,wed|thursday:thursday,thu|friday:friday,fri
saturday:saturday,sat|sunday:sunday,sun|texas:tx,texas|california:ca,california|florida:fl,florida
pennsylvania:pa,pennsylvania|maryland:md,maryland|alabama:al,alabama|louisiana:la,louisiana
colorado:co,colorado|wisconsin:wi,wisconsin|massachusetts:ma,massachusetts|virginia:va,virginia
computer science:computer science,cs|fall:fall,autumn`
    .split(/[|\n]/)
    .map((line) => {
      const [word = "", values = ""] = line.trim().split(":");
      return [word, values.split(",")];
    }),
);
