export interface Turn {
  readonly say: string;
  readonly answer: string;
  readonly tools?: readonly { readonly name: string; readonly arguments: Record<string, unknown> }[];
}

/** A skipper's talk with the harbour master: long enough that its window fills. */
export const talk: readonly Turn[] = [
  {
    say: 'Good morning. I am Ann, with the cutter Sula: 11 metres, draught 1.9. Is there a berth for tonight?',
    answer:
      'Good morning, Ann. For **Sula** I have three free berths tonight:\n\n| Berth | Depth | Remark |\n|---|---|---|\n| A4 | 6.2 m | sheltered, near the showers |\n| A7 | 5.8 m | beside the fuel dock |\n| C1 | 9.5 m | outer wall, some swell |\n\nWith your draught of 1.9 m all of them will do. I would take A4.',
    tools: [{ name: 'berths', arguments: { harbour: 'Oslo', day: '2026-11-22' } }],
  },
  {
    say: 'A4 please, for two nights. What does the light on the eastern mole mean?',
    answer:
      'A4 is yours for two nights. The light on the eastern mole is a sectored one: **white** when you stand in the fairway, **green** when you are too far to starboard, **red** when you are too close to the shoal off the mole. Keep it white until you have the leading marks in line, then turn to 042 degrees. At night give the mole at least forty metres, since its foot reaches further out than one thinks.',
  },
  {
    say: 'And how do I read the mark on the freighter beside me?',
    answer:
      'That is her load line: a ring with a bar through it, and a ladder of short lines beside it. The bar is for summer salt water. Each line of the ladder is for another water: tropical, winter, fresh, and the North Atlantic in winter, which is the strictest. When the line that holds for her voyage is under water, she carries too much, and I may keep her here until cargo is taken off.',
  },
  {
    say: 'Who thought of it?',
    answer:
      'Samuel Plimsoll, in the British parliament of the 1870s. Owners sent out ships that were overloaded and insured for more than they were worth, and sailors who refused to board them were put in prison. He fought for years, lost his temper in the House, was made to apologise, and won: since the Merchant Shipping Act of 1876 the mark is compulsory. At first owners could paint it where they liked; its place was fixed by law in 1894.',
  },
  {
    say: 'Does she rise on the way, as she burns her fuel?',
    answer:
      'She does, by some centimetres a day. Masters reckon with it: the mark must hold for every part of the voyage, so a ship that will cross into a winter zone on the fifth day may leave deeper by as much as she will have used by then. They read the marks at six places and correct for list, trim and the density of the water, which they measure with a hydrometer from a bucket. The sum is good to half a percent.',
  },
  {
    say: 'What about the tide tonight?',
    answer:
      'Little to speak of: thirty centimetres in the inner harbour. High water is at 21:40, low water at 03:55. The wind matters more here. With a strong southerly the level rises by up to half a metre within a few hours, and with a long high over the country it falls by as much. Leave your lines some slack and look after them before you turn in.',
  },
  {
    say: 'My neighbour left early and had paid for a third night. Could he have it back?',
    answer: 'It is done.',
    tools: [{ name: 'refund', arguments: { booking: 'Havbris, A5', amount: 38 } }],
  },
];

/** What others ask, one session each. */
export const questions: readonly (readonly [user: string, tenant: string, agent: string, text: string])[] = [
  ['ann', 'harbour', 'assistant', 'What is a freeboard?'],
  ['bob', 'yard', 'assistant', 'Sum up the survey of the Solveig.'],
  ['cleo', 'yard', 'writer', 'Two lines on coffin ships.'],
  ['dag', 'harbour', 'assistant', 'When did the mark become law?'],
  ['eli', 'office', 'researcher', 'Zones of the load line convention.'],
  ['ann', 'harbour', 'writer', 'A notice for the southern pier.'],
  ['bob', 'yard', 'researcher', 'Corrosion of bilge keels.'],
  ['finn', 'office', 'assistant', 'How deep is the Alna?'],
  ['cleo', 'yard', 'assistant', 'Translate: skipets dypgang.'],
  ['dag', 'harbour', 'researcher', 'Wrecks off Fulehuk.'],
  ['eli', 'office', 'writer', 'Minutes of the harbour board.'],
  ['finn', 'office', 'assistant', 'Which flag for a diver?'],
];
