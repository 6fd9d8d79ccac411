/** What is said in stories: a question, and the answer that the simulator is to give it. */
export interface Line {
  readonly question: string;
  readonly answer: string;
}

export const introduction: Line = {
  question: 'My name is Ann and I live in Oslo. I own a wooden cutter. What does a surveyor look at first?',
  answer:
    'Good to meet you, Ann. Noted: you live in Oslo and own a wooden cutter. I look at the waterline first, before I ' +
    'set foot on board. A hull tells on itself there: which end sits deep, whether she lists, how far the weed has ' +
    'come up. Only then do I tap planks, lift floorboards and look at the keel bolts. Most of what goes wrong with a ' +
    'wooden boat goes wrong where fresh water lies still, so I follow the rain from the deck down and look for soft ' +
    'wood at every corner where it may rest for a week.',
};

export const lines: readonly Line[] = [
  {
    question: 'What is the mark on the side of a cargo ship?',
    answer:
      'That is the load line, a ring with a bar through it, and a ladder of short lines beside it. It says how deep ' +
      'the ship may lie. The bar is for summer salt water; the ladder has a line for each other water: tropical, ' +
      'winter, fresh, and the North Atlantic in winter, which is the strictest. Colder and rougher seas ask for more ' +
      'freeboard, so the winter lines stand lower on the hull. A ship in fresh water may lie a little deeper, since ' +
      'she will rise again as soon as she comes out to sea.',
  },
  {
    question: 'Who came up with it?',
    answer:
      'Samuel Plimsoll, a member of the British parliament, in the 1870s. Owners sent out ships that were overloaded ' +
      'and insured for more than they were worth; sailors called them coffin ships. Sailors who refused to board ' +
      'them were put in prison. Plimsoll fought for years, lost his temper in the House, was made to apologise, and ' +
      'won: the Merchant Shipping Act of 1876 made the mark compulsory. At first owners could paint it where they ' +
      'liked, and one painted it on his funnel. Its place was fixed by law in 1894.',
  },
  {
    question: 'How is the place of the mark worked out?',
    answer:
      'From the freeboard that a ship of her length must keep, by a table that all seafaring nations have agreed on. ' +
      'Then it is corrected: for her depth, for how full her hull is, for the superstructures that would keep her ' +
      'afloat, for the sheer of her deck and the height of her bow. A full hull needs more freeboard than a fine one. ' +
      'What is left is reserve buoyancy, the part of the hull that is not needed today and will be needed in a bad ' +
      'sea. The surveyor cuts the mark into the plates, so that paint can’t move it.',
  },
  {
    question: 'What happens when a ship is loaded past it?',
    answer:
      'She is slow to rise to a wave, so more water comes on deck and stays there. Hatches and vents take blows they ' +
      'were not made for. Her range of stability shrinks: she comes back from a roll later, and from a deep roll not ' +
      'at all. In port the harbour master may detain her until cargo is taken off, and her insurer asks why. The ' +
      'mark itself does nothing; it only makes the limit visible to everybody on the quay, before she leaves. That ' +
      'is the whole point of it.',
  },
  {
    question: 'And fuel: does a ship rise on the way?',
    answer:
      'She does, by some centimetres a day, as she burns fuel and drinks her water. Masters reckon with it: the mark ' +
      'must hold for every part of the voyage, so a ship that will cross into a winter zone on the fifth day may ' +
      'leave deeper by as much as she will have used by then. They keep a draught survey for that, reading the marks ' +
      'at six places, and correcting for list, trim and the density of the water, which they measure with a ' +
      'hydrometer from a bucket. The sum is good to half a percent.',
  },
  {
    question: 'Why does fresh water make a difference?',
    answer:
      'Because it is lighter. A ship sinks until she has pushed aside her own weight of water, and of fresh water that ' +
      'takes two and a half percent more. A big ship lies some thirty centimetres deeper in a river than at sea with ' +
      'the same cargo. The allowance is painted beside the ring, with an F on it. Between the two, in an estuary, ' +
      'the officer dips a bucket and works it out.',
  },
];

export const recollection = 'Where do I live?';

export const refundQuestion = 'Order 7 came broken. Please pay back the 40 dollars.';

export const crash: Line = {
  question: 'What if your worker is killed while it answers?',
  answer:
    'Temporal remembers that this call is open, so the next worker takes it up. Nobody knows what the killed attempt ' +
    'was billed, so the ledger charges it the most that it can have cost, and marks that as an estimate. The answer ' +
    'itself you get once, and the conversation goes on where it stood. Look at the calls of this run: the attempt ' +
    'that was lost is there, beside the one that answered.',
};
