//! Words that say little of what a text is about, and words that turn its meaning. In canonical form.

/// Function words of the main languages, and words that every news text may have.
pub(super) const COMMON: &str = "
a about after again all also am an and any are as at be because been before being between both but by
can could day days did do does down during each few first for former from further get gets got had has
have having he her here him his how i if in into is it its just last like made make may me more most mr
mrs ms much must my near new next now of off on one only or other our out over own part people per put
said same saw say saying says see set she should since so some still such take takes than that the their
them then there these they this those three through time to today too took two under until up upon us
very via was way we week well were what when where which while who whom whose why will with would year years
yesterday yet you your s t re ve ll d monday tuesday wednesday thursday friday saturday sunday january
february march april june july august september october november december according news report reports
reported reporting watch video photos live read here click breaking update updated

und der die das den dem des ein eine einen einem einer eines ist sind war waren wird werden wurde wurden
hat haben hatte auf aus bei bis durch fur gegen im in mit nach nicht noch nur oder seit sich sie sein
seine seiner ihr ihre ihrer so uber um unter von vom vor wenn wie wir zu zum zur zwischen als am an auch
aber dass mehr neue neuen nun schon jahr jahre jahren uhr heute gestern er es man kann soll sagte

le la les l un une des du de d et en est sont a au aux ce cet cette ces dans elle elles il ils je leur
leurs lui mais ne nous on ont ou par pas plus pour qu que qui sa se ses si son sur tous tout tres vous y
apres avant avec sans sous comme fait ete etre avait selon aussi deux ans annee contre entre

el los las lo un una unos unas y o de del al en es son fue ser ha han con por para que se su sus como
mas pero no si sin sobre tras entre este esta estos estas ese esa hasta desde donde cuando ya tambien
muy todo todos ano anos dos hoy ayer segun

o os as um uma uns umas e do da dos das no na nos nas em por pelo pela para com sem sob mais mas como
que se seu sua seus suas foi sao ser esta ao aos apos entre ate ja tambem muito ano anos hoje

il lo gli i un uno una di del della dei delle degli al alla ai alle da dal dalla in nel nella nei con
su sul sulla per tra fra e ed o ma non che chi come piu anche sono stato stata ha hanno anni anno dopo

de het een en van op te dat die in is zijn voor met niet aan er om ook als bij maar naar uit over door
wordt werd worden heeft hebben nog na jaar hij ze zij tot

w i z na do nie sie o jest za od po przez dla ze jak to co ale oraz byl byla beda roku lat

och att det som en ett pa av for med den till ar inte om har de i var fran vid kan ska efter

ve bir bu da de ile icin olarak olan cok daha en gibi kadar sonra

и в во не что он на я с со как а то все она так его но да ты к у же вы за бы по только ее мне было вот
от меня еще нет о об из ему теперь когда даже ну ли если уже или ни быть был него до вас опять вам ведь
там потом себя ничего ей может они тут где есть надо ней для мы тебя их чем была сам чтоб без будто чего
раз тоже себе под будет ж тогда кто этот того потому этого какой ним здесь этом один почти мой тем чтобы
нее сейчас были куда зачем всех можно при два об другой хоть после над больше тот через эти нас про всего
них какая много разве три эту моя впрочем хорошо свою этой перед иногда лучше чуть том нельзя такой им
более всегда конечно всю между это также который которая которые которое которых которого которой котором
которым сообщил сообщила сообщили сообщает сообщается сообщению сообщило сообщают сказал заявил заявила
словам слова году года год лет время дня день января февраля марта апреля мая июня июля августа сентября
октября ноября декабря понедельник вторник среду четверг пятницу субботу воскресенье новости рамках ходе
своей своего своих свои является данным отметил рассказал стало стал также пишет передает

і й у в з та що не на до за від про для як це його її він вона вони був була були при після під час року

في من على الى إلى عن مع ان أن إن او أو هذا هذه ذلك التي الذي الذين كان كانت قال قالت وقال بعد قبل بين خلال
حول عند لم لا ما كما هو هي قد كل اليوم امس يوم عام

של את על הוא היא זה כי לא עם גם או אך כל היה אחרי לפני

में के की का है और से को पर ने कि यह था हैं एक लिए भी नहीं
";

/// Pairs of ideographs that every news text may have.
pub(super) const COMMON_PAIRS: &str = "
発表 今日 昨日 明日 今年 昨年 関係 記者 会見 午前 午後 時間 一方 今回 同日 月曜 火曜 水曜 木曜 金曜 土曜 日曜 曜日
报道 報道 记者 記者 表示 今天 昨天 日电 新闻 新聞 时间 一个 目前 已经 他们 我们 自己 进行 以及 没有 可以 消息 公布 相关
";

/// Words that turn what a text says: a denial, a correction, a false alarm. A text that has one is no
/// copy of a text that has none.
pub(super) const TURNS: &str = "
not no never neither nor without cannot denies denied deny denial refutes refuted rejects rejected false
falsely fake hoax untrue wrong wrongly mistaken mistake erroneous erroneously error correct corrected
correction corrects corrigendum erratum clarification clarifies clarified retracts retracted retraction
withdraws withdrawn withdrew cancels canceled cancelled cancellation postponed revised revises update
updated updates unhurt unharmed debunked lifted reversed overturned apologises apologizes

nicht kein keine keinen keiner nie dementiert dementieren dementi falsch falscher falsche falschmeldung
korrektur korrigiert berichtigung fehlalarm widerruft zuruckgezogen abgesagt aktualisiert entwarnung

ne pas jamais aucun aucune dement dementi faux fausse rectificatif correction erratum annule annulee retire
rectifie

no nunca niega niegan desmiente desmienten desmentido falso falsa correccion rectificacion rectifica errata
cancelado cancelada retira

nao nega desmente falso correcao retifica cancelado non mai smentisce smentito smentita falso correzione
rettifica annullato niet geen nooit ontkent rectificatie onjuist nie zaprzecza dementuje sprostowanie
inte ej aldrig dementerar rattelse falskt degil yalanladi

не нет ни никогда отрицает отрицают отрицал опровергает опроверг опровергла опровергли опровержение
опровергнул опровергнута ложь ложный ложная ложное ложной ложным фейк фейковый неверно ошибочно ошибка
ошибочный исправлено исправление уточнение уточнил уточнили уточнила обновлено отменил отменили отменен
отменена отменено отозвал отозвали неправда

لا لم لن ليس ليست نفى نفت ينفي تنفي ينفون كاذب كاذبة خاطئ تصحيح تراجع الغاء لا صحة

לא אין מכחיש הכחיש הכחישה תיקון שקרי

नहीं गलत खंडन
";

/// The same for scripts without spaces, found anywhere in the text.
pub(super) const TURNS_INSIDE: &str = "
訂正 誤報 否定 撤回 取消 取り消 誤り 中止 修正 ない なかった ず、 更正 辟谣 闢謠 否认 否認 虚假 不实 不實 撤销 取消 并非 並非 没有 沒有 不是 정정 오보 부인
아니 취소 ไม่ ปฏิเสธ แก้ไข
";

/// Numbers in words. Not "one", which is a pronoun, too.
pub(super) const NUMBERS: &str = "
two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred hundreds
thousand thousands million millions billion billions dozen dozens half double triple

zwei drei vier funf sechs sieben acht neun zehn elf zwolf zwanzig dreissig vierzig funfzig hundert tausend
deux trois quatre cinq sept huit neuf dix onze douze quinze vingt trente quarante cinquante cent mille
dos tres cuatro cinco seis siete ocho nueve diez once doce quince veinte treinta cuarenta cincuenta cien mil
dois quatro sete oito nove dez due tre quattro cinque sei sette otto nove dieci venti trenta cento

два две три четыре пять шесть семь восемь девять десять двенадцать пятнадцать двадцать тридцать
сорок пятьдесят сто двое трое четверо пятеро тысяча тысячи тысяч миллион миллиона миллионов миллиард
миллиарда миллиардов
";
