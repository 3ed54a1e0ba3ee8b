package io.hunyuan4j.core.generate;

/**
 * Expects what followed the last time that the same tokens stood there: the last three of the text,
 * or else the last two. It looks through the text each time, which takes a thousandth of what the
 * model takes for a token.
 */
final class LookupDrafter implements Drafter {
  private static final int LONGEST_MATCH = 3;
  private static final int SHORTEST_MATCH = 2;

  private final TokenHistory text = new TokenHistory();

  @Override
  public void add(int token) {
    text.add(token);
  }

  @Override
  public int[] propose(int most) {
    for (int match = LONGEST_MATCH; match >= SHORTEST_MATCH; match--) {
      int end = text.endOfSameBefore(match);
      if (end > 0) {
        return text.slice(end, end + most);
      }
    }
    return NOTHING;
  }

  @Override
  public void close() {}
}
