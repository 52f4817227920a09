"""What can be said in a letter: several phrasings for every purpose. ``hearing`` must understand each of them.

Slots: ``you``, ``me`` (powers), ``your``, ``our``, ``a_your`` (adjectives, the last with its article), ``there`` and
``seat`` (the two capitals), ``season``, ``last_season``, ``third`` (another power), ``zone`` (provinces), ``helper``
and ``mover`` (units, "army in Paris"), ``target`` (where the mover goes), ``unit`` and ``goes`` ("goes to Gascony"),
``at`` (provinces attacked), ``own`` (a centre of ours), ``count`` (a number in words).
"""

from __future__ import annotations

from collections.abc import Mapping

FIRST: Mapping[str, tuple[str, ...]] = {
    "alliance": (
        "You and I have no reason to fight, {you}. Let us be allies and find our gains elsewhere.",
        "I would rather have you beside me than before me. An alliance, {you}?",
        "An alliance of {our} and {your} arms would leave both our backs safe. What do you say?",
        "Let us work together, {you}: I guard your flank and you guard mine.",
        "There is room for both of us on this map. Shall {me} and {you} be partners this year?",
        "{you}, I look for one ally I can rely on, and I should like it to be you. Will you answer for it?",
        "If {seat} and {there} make common cause, nobody near us can touch either. Are you for it?",
        "Two neighbours who trust each other outlast five who do not. Allies, {you}?",
    ),
    "alliance_against": (
        "{third} is the danger to both of us. Work with me and we share what falls.",
        "You from one side, I from the other: {third} cannot hold against an alliance of {me} and {you}.",
        "I mean to look towards {third}, not towards you. Be my ally in it, {you}?",
        "Neither of us sleeps well beside {third}. Let us join forces, {you}, before it chooses between us.",
        "An alliance against {third}, {you}: half the centres for you, half for me. Interested?",
        "Whoever stands alone against {third} loses. Let {me} and {you} stand side by side.",
    ),
    "zone": (
        "I propose that we keep {zone} empty this {season}, {you}: neither of us enters.",
        "Let us demilitarise {zone}. I keep out of it if you do, {you}.",
        "Could {zone} be our buffer, {you}? No {our} unit goes there as long as no {your} unit does.",
        "We shall only bounce in {zone}, {you}. Shall we both stay out of it?",
        "A quiet border suits us both: no unit of yours or mine in {zone}. Can you live with that, {you}?",
        "I would feel easier about you, {you}, with {zone} demilitarised. Will you stay out of it?",
        "Every war between {seat} and {there} begins in {zone}. Let us leave {zone} empty, {you}.",
    ),
    "zone_pledged": (
        "Let us leave {zone} empty, {you}. As a proof my {unit} {goes}: you have it in writing.",
        "I keep out of {zone} this {season}, my {unit} {goes}. Will you stay out of it as well, {you}?",
        "A buffer between us, {you}: {zone}. My {unit} {goes} instead; what will you do?",
        "My {unit} {goes}, {you}, so {zone} stays empty on my side. I ask the same of you.",
        "You need not guard {zone} against me, {you}: my {unit} {goes}. Stay out of it too?",
        "{zone} as a buffer, {you}? I begin: my {unit} {goes}.",
        "Neither of us enters {zone}: that is my offer, {you}. My {unit} {goes}, as you will see.",
        "I leave {zone} empty, {you}; my {unit} {goes}. May I count on the same?",
    ),
    "offer_support": (
        "My {helper} can support your {mover} into {target}, {you}. It is pledged: will you make the move?",
        "{target} is yours if you want it, {you}: send your {mover} and my {helper} supports it.",
        "I offer you something solid, {you}: my {helper} supports your {mover} into {target} this {season}.",
        "Move your {mover} to {target}, {you}. My {helper} will support the attack.",
        "What would you say to {target}, {you}? I can support your {mover} there with my {helper}.",
    ),
    "ask_support": (
        "I mean to move my {mover} into {target}, {you}. Would your {helper} support it?",
        "{you}, can I have the support of your {helper}? My {mover} goes to {target} this {season}.",
        "My {mover} is going to {target} and may not get in alone. Will your {helper} support it, {you}?",
        "A favour, {you}, which I shall repay: support from your {helper} for my {mover} to {target}.",
        "With your {helper} in support my {mover} takes {target}. Will you do it, {you}?",
    ),
    "peace": (
        "I have no designs on you, {you}. Let there be peace between us, and each look to the other side.",
        "Non-aggression this {season}, {you}: I do not attack you and you do not attack me. Is that fair?",
        "Neither of us gains by a war now, {you}. A truce until the winter?",
        "There is no quarrel between {seat} and {there}. I should like to keep it so; and you, {you}?",
        "Leave me in peace this {season}, {you}, and you will find me a quiet neighbour.",
        "{you}, I would like a quiet border with you. Nothing more, and nothing less.",
    ),
    "peace_pledged": (
        "My {unit} {goes} this {season}, {you}. You can see that I have no designs on you; is it peace?",
        "To show that I want peace with you, {you}: my {unit} {goes}. I give it as a pledge.",
        "You need not fear me, {you}: my {unit} {goes}. Let us have a truce and look elsewhere.",
        "I put it in writing, {you}: my {unit} {goes}. Non-aggression between {seat} and {there}?",
    ),
    "warning": (
        "Your move on {at} was not what I expect of a neighbour, {you}. Pull back, or I answer in kind.",
        "You attacked {at}, {you}. One mistake I can forgive; a second one I will not.",
        "{you}, your attack on {at} has turned my eyes to you. Withdraw while it still costs you nothing.",
        "I saw what you tried at {at}. Explain yourself, {you}, or we are at war.",
        "The attack on {at} will be remembered, {you}. I have friends on your other border.",
        "If the attack on {at} was an error, {you}, say so now and withdraw. If not, look to your own centres.",
    ),
    "betrayed": (
        "You pledged me one thing and ordered otherwise, {you}. Explain it, or your word is worth nothing here.",
        "I planned on your pledge, {you}, and you broke your word. Why should I write to you again?",
        "So that is what {a_your} pledge is worth. It will be remembered, {you}.",
        "{you}, you broke your promise in the open. I am waiting to hear you explain it.",
    ),
    "grown": (
        "{count} centres, {you}. The others can count as well as I can; I warn you as a friend.",
        "You grow fast, {you}: {count} centres now. Do not make me choose between you and the rest; be warned.",
        "With {count} centres you frighten people, {you}. Withdraw a little from my border and I stay calm.",
    ),
    "coalition": (
        "{third} has {count} centres and is too strong for any one of us. If we do not contain it now, nobody will.",
        "Look at {third}: {count} centres and still growing. I propose a coalition until it is cut to size.",
        "We can quarrel later. {third} with {count} centres is the leader: press it on every side. Who is in?",
        "Each of us alone is a meal for {third}. A coalition now, on all its borders?",
        "{third} must lose a centre this year, or it wins the game. Will you help to contain it?",
    ),
    "nudge": (
        "You left my last letter without a line in reply, {you}. Silence makes me look twice at my border.",
        "No word from {there}. I still hope for one, {you}: where do you stand?",
        "I wrote and heard nothing, {you}. A short answer costs you nothing; where are you going this {season}?",
        "{you}, is {there} still receiving letters? Tell me at least whether I must guard against you.",
    ),
    "thanks_help": (
        "Your help at {at} was worth a great deal to me, {you}. Thank you; I mean to return it.",
        "Thank you for the hand at {at}, {you}. That is how neighbours should deal with each other.",
        "I noticed what your unit did for me at {at}. I am grateful, {you}, and I shall not forget it.",
    ),
    "thanks_word": (
        "You kept your word last {last_season}, {you}. I thank you for it, and mine holds as well.",
        "A pledge well kept, {you}. I find that I can plan with you; thank you.",
        "Thank you for keeping to what you wrote, {you}. Few at this table do.",
    ),
    "gossip": (
        "Between us, {you}: {third} has been writing to me with great warmth. I wonder what it writes to you.",
        "I have letters from {third} that speak of friendship, {you}. I trust yours more; what do you hear?",
        "Be careful with {third}, {you}. It is busy in its letters, and not only with me.",
    ),
    "small": (
        "Good fortune this {season}, {you}. Where do you mean to look, to the east or to the west?",
        "We are far apart, {you}, but not for ever. What do you make of {third}?",
        "A greeting from {seat}, {you}. If {third} troubles you, I should like to hear of it early.",
        "How do you see the board, {you}? I have my eye on {third} and none on you.",
        "{you}, what would you do about {third} in my place? I ask because you see it from the other side.",
    ),
    "public_opening": (
        "{me} wishes everyone a clean war and a short one. {seat} answers every letter.",
        "{seat} is open to all. Whoever wants a quiet border with {me} need only ask.",
        "Good luck at every desk. {me} will be known by its neighbours, so treat it well.",
    ),
    "public_leader": (
        "{third} stands at {count} centres. I say aloud what the rest of you think: that is enough.",
        "{me} notes that {third} has {count} centres. Those who border on it should stop fighting each other.",
    ),
    "public_broken": (
        "Let it be known: {third} pledged {me} one thing last {last_season} and ordered another.",
        "A word to the table from {seat}: ask for more than a promise when {third} writes to you.",
    ),
    "public_calm": (
        "{me} keeps its pledges. Ask those who hold one.",
        "{seat} has no claims on anyone who has none on {me}.",
        "A quiet year so far, and {me} has no wish to be the one who ends it.",
    ),
}

TONED: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("alliance", "blunt"): (
        "Alliance. You do not attack me, I do not attack you, we both grow. Yes or no, {you}?",
        "I need one ally, {you}, and you need one too. Settle it now?",
    ),
    ("alliance", "warm"): (
        "My dear neighbour, why should we quarrel when we could dine together? Be my ally, {you}.",
        "I have always liked {there}. Let us be partners, {you}, and make the others envious.",
    ),
    ("alliance", "dry"): (
        "On paper {me} and {you} should be at war by next year. I suggest an alliance instead.",
        "I dislike wars that I cannot win quickly. Hence this offer of alliance, {you}.",
    ),
    ("alliance", "courtly"): (
        "{seat} presents its compliments to {there} and asks whether an alliance would be welcome.",
        "It would honour me to call {you} an ally. May I hope for a favourable word?",
    ),
    ("zone", "blunt"): ("{zone}: you stay out of it, I stay out of it. Simple, {you}.",),
    ("zone", "dry"): ("Armies in {zone} make poor neighbours. I suggest that we keep {zone} empty, {you}.",),
    ("zone", "warm"): ("Let {zone} be a garden between us, {you}: neither of us enters, and both sleep well.",),
    ("zone", "courtly"): ("Might I propose to {you} that both our courts stay out of {zone} this {season}?",),
    ("warning", "blunt"): ("You attacked {at}. Pull back now or I come for you, {you}.",),
    ("warning", "courtly"): ("It pains me to write of your attack on {at}, {you}. I must ask you to withdraw.",),
    ("warning", "warm"): (
        "{you}, you stab at {at} and call it friendship? Withdraw, and we can laugh about it later.",
    ),
    ("warning", "dry"): (
        "I noticed your unit at the gates of {at}. Pull back, {you}; it is cheaper than the other way.",
    ),
}
