"""What can be said in answer to a letter; slots as in ``phrases``."""

from __future__ import annotations

from collections.abc import Mapping

ANSWERS: Mapping[str, tuple[str, ...]] = {
    "accept_alliance": (
        "Agreed, {you}: allies. My units will face the other way, and I count on yours to do the same.",
        "I accept your alliance, {you}. Let us begin by leaving each other's centres alone.",
        "It is a deal, {you}. {seat} and {there} stand side by side from now on.",
        "Gladly, {you}. Tell me where I can be of use to you: that is what allies are for.",
        "You have my word on it, {you}: I am your ally as long as you are mine.",
        "Yes, {you}. An ally in {there} is worth more to me than any centre I could take from you.",
    ),
    "accept_zone": (
        "Agreed, {you}: I stay out of {zone} this {season}.",
        "So be it, {you}: no unit of mine in {zone}, and none of yours.",
        "It is a deal. I keep out of {zone}, and I shall look closely whether you do, {you}.",
        "Gladly, {you}. We leave {zone} empty and both gain an army for better things.",
        "Yes, {you}: {zone} is off limits for {our} units.",
        "You have my word, {you}: I keep out of {zone}.",
    ),
    "accept_zone_pledged": (
        "Agreed, {you}: I stay out of {zone}. My {unit} {goes} instead.",
        "It is a deal, {you}. I keep out of {zone}: my {unit} {goes}, and you have my pledge for it.",
        "Gladly, {you}: no unit of mine in {zone}. You will see that my {unit} {goes}.",
    ),
    "accept_peace": (
        "Agreed, {you}: peace between us this {season}.",
        "I accept, {you}. I do not attack you as long as you leave me alone.",
        "Gladly, {you}. I have enough to do elsewhere; let us keep the peace.",
        "So be it: a truce between {seat} and {there}. See that it holds, {you}.",
    ),
    "accept_peace_pledged": (
        "Agreed, {you}: peace. My {unit} {goes}, as you will see.",
        "I accept your truce, {you}, and my {unit} {goes}. Keep yours at home too.",
        "Gladly, {you}: peace between us. For your comfort, my {unit} {goes}.",
    ),
    "accept_support": (
        "Agreed, {you}: my {helper} supports your {mover} into {target}.",
        "Consider it done, {you}. My {helper} gives its support at {target}; be sure to make the move.",
        "Yes, {you}: you have the support of my {helper} for {target}. I shall ask for the same one day.",
        "Gladly. Send your {mover} to {target}, {you}, my {helper} supports it.",
    ),
    "accept_help": (
        "Gladly, {you}: my {mover} goes to {target}, with your support. I shall not forget it.",
        "I accept with thanks, {you}. My {mover} moves to {target}; let your support not fail it.",
        "Agreed: my {mover} goes to {target} this {season}. Thank you for the support, {you}.",
    ),
    "accept_coalition": (
        "I am with you, {you}: {third} has to be stopped. I do what I can on my side.",
        "Agreed, {you}. No more gains for {third}; my units will lean that way.",
        "Count me in, {you}. {third} first, our own accounts later.",
    ),
    "decline_alliance": (
        "Not yet, {you}. I have heard fine words from {third} too; let me see first where your units go.",
        "I must decline for now, {you}. Ask me again when your armies stand farther from my border.",
        "I cannot promise that, {you}: I have obligations to {third}. I bear you no ill will.",
        "An alliance is more than I can offer, {you}. I will not lie to you about it.",
    ),
    "decline_zone": (
        "I cannot agree, {you}: this {season} I need {zone} to cover {own}.",
        "I must decline, {you}. Whoever holds {zone} threatens {own}, so I want it to be me.",
        "Not this time, {you}. I cannot promise to keep out of {zone}, and I prefer to say so.",
        "No deal on {zone}, {you}: it is my only road forward.",
    ),
    "decline_peace": (
        "I cannot promise you that, {you}. You know what happened, and so do I.",
        "Not yet, {you}. Move your units off first and I shall believe in it.",
        "I must decline, {you}: a truce now would only help you to prepare.",
    ),
    "decline_support": (
        "I cannot spare my {helper} this {season}, {you}: it is needed elsewhere.",
        "I must decline, {you}. To help you into {target} would leave {own} open.",
        "Not this {season}, {you}. I cannot give that support without losing more than you gain.",
        "I will not support a move to {target}, {you}: I have my own interest there.",
    ),
    "decline_far": (
        "I cannot help you with that, {you}: none of my units can do it this {season}.",
        "I must decline, {you}, for a plain reason: no unit of mine can reach it.",
    ),
    "decline_help": (
        "I must decline, {you}: I have other plans this {season}. Keep the offer open.",
        "Kind of you, {you}, but I cannot accept it now: that unit is wanted elsewhere.",
    ),
    "decline_coalition": (
        "I cannot join you against {third}, {you}: it has kept its word to me.",
        "Not yet, {you}. {third} is large, but it is not at my door; others are.",
        "I must decline, {you}. I have too much on my hands to march against {third}.",
    ),
    "counter_alliance": (
        "Words are cheap, {you}. First keep out of {zone} this {season}, and then we speak of more.",
        "I would want something in return, {you}: that you stay out of {zone}. Will you?",
        "On one condition, {you}: {zone} stays empty on your side as on mine.",
    ),
    "counter_support": (
        "I can think about it, {you}, but in return I need your {helper} to support my {mover} into {target}.",
        "What do you offer in exchange, {you}? Support for my {mover} into {target} would do.",
        "On one condition, {you}: that your {helper} supports my {mover} into {target}.",
    ),
    "confirm": (
        "Good, {you}. Then it stands as we wrote it.",
        "Noted, {you}, with pleasure. I keep to my part.",
        "That is good to hear, {you}. {seat} holds to it.",
        "Thank you, {you}. I plan on your word, so do not let me down.",
        "Then we understand each other, {you}. Thank you.",
        "Noted. May it last, {you}: I have nothing to gain from surprises.",
        "I am glad to read it, {you}. Until the orders are opened, then.",
    ),
    "confirm_zone": (
        "Good. Then {zone} is settled between us, {you}, and I thank you.",
        "Noted, {you}: {zone} is settled. I shall keep my side of it.",
        "Thank you, {you}. With {zone} settled we can both look elsewhere.",
    ),
    "regret": (
        "A pity, {you}. I draw my conclusions, but my door stays open.",
        "I am sorry to read that, {you}. I shall have to guard against you, then.",
        "As you like, {you}. At least you say it plainly; I am obliged to you for that.",
        "Understood, {you}. Do not take it amiss if I look for company elsewhere.",
        "I had hoped for more, {you}. We shall see who needs whom next year.",
    ),
    "excuse": (
        "It was not meant for you, {you}: I had to know what {third} was doing. It will not happen again.",
        "You read too much into it, {you}. The move was a precaution, and I am sorry for the noise.",
        "I hear your complaint, {you}. I feared that {third} would get there first; my quarrel is with {third}.",
    ),
    "defiant": (
        "I go where my interest takes me, {you}. You would do the same.",
        "You have units on my border too, {you}. Begin with those before you lecture {seat}.",
        "Threats do not move me, {you}. Offer me something.",
    ),
    "denial": (
        "I do not see what you mean, {you}: no unit of mine has done you harm.",
        "You must have someone else in mind, {you}. My units were busy elsewhere.",
        "I have no more than I can hold, {you}. Look to {third} if you want something to fear.",
    ),
    "plain": (
        "I cannot make sense of your letter, {you}. Put it plainly and I shall answer it.",
        "Your letter reached me in a strange shape, {you}. {seat} gives its own orders; what did you want to ask?",
        "I have read your lines twice, {you}, and found no proposal in them. Do you have one?",
    ),
    "chat": (
        "I have your letter, {you}, and I shall think about it. For now I look after my own borders.",
        "I read you with interest, {you}. My eyes are on {third}; where are yours?",
        "Thank you for writing, {you}. I have nothing against you, and I hope that it stays so.",
        "You ask where I look, {you}: towards {third}, as far as I can see today.",
        "I appreciate the letter, {you}. When our units come closer we should speak of borders.",
    ),
    "group": (
        "I have your letters. More than an acknowledgement I cannot give today; {seat} keeps to what it wrote.",
        "Briefly: I have read what you wrote, and {seat} means none of you harm this {season}.",
        "Forgive one letter to several. I have noted what each of you wrote and shall answer with my orders.",
    ),
}

OPENINGS: Mapping[str, tuple[str, ...]] = {
    "confirm": (
        "Good.",
        "Noted, thank you.",
        "Thank you for your answer.",
        "Glad that we agree.",
        "That is settled, then.",
        "I hold you to it.",
    ),
    "regret": (
        "A pity, but I do not give up.",
        "I have read your refusal.",
        "So be it; perhaps this suits you better.",
        "Then let me try another way.",
    ),
    "chat": (
        "I have your letter.",
        "Thank you for your lines.",
        "I have thought about your letter.",
        "Your letter lies before me.",
    ),
}
"""Said before a proposal to a power whose letter was left without an answer."""
