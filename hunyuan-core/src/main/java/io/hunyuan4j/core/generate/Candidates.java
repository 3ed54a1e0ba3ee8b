package io.hunyuan4j.core.generate;

import java.util.Arrays;

/**
 * Tokens that may be drawn, in order of their ids, each with a key to choose by and a mass.
 * Choosing takes time in proportion to their number and sorts nothing.
 */
final class Candidates {
  /** A key in three digits of 11, 11 and 10 bits, by the place of their lowest bit. */
  private static final int[] SHIFTS = {21, 10, 0};

  private static final int DIGITS = 1 << 11;
  private static final int LOWEST_DIGITS = 1 << 10;

  /** Values that are looked at before it is asked whether there are too many candidates. */
  private static final int BLOCK = 256;

  /** How many more than asked for are gathered before the best of them are chosen. */
  private static final int SLACK = 1024;

  private int[] tokens = new int[0];
  private int[] keys = new int[0];
  private int[] masses = new int[0];
  private int size;
  private final long[] massOfDigit = new long[DIGITS];

  /** Orders floats: the larger one has the larger key, and zeros of both signs have the same. */
  static int key(float value) {
    int bits = Float.floatToRawIntBits(value + 0f); // −0 + 0 is +0
    return bits ^ ((bits >> 31) & Integer.MAX_VALUE);
  }

  int size() {
    return size;
  }

  int token(int i) {
    return tokens[i];
  }

  int mass(int i) {
    return masses[i];
  }

  /** Gives a candidate a new key and mass. */
  void set(int i, int key, int mass) {
    keys[i] = key;
    masses[i] = mass;
  }

  long totalMass() {
    long sum = 0;
    for (int i = 0; i < size; i++) {
      sum += masses[i];
    }
    return sum;
  }

  /** Empties it and makes room. */
  private void clear(int capacity) {
    size = 0;
    if (tokens.length < capacity) {
      tokens = new int[capacity];
      keys = new int[capacity];
      masses = new int[capacity];
    }
  }

  /**
   * Takes the {@code k} largest values above −∞, or all if there are fewer; the lower token of
   * equals. Keys are by value, masses are 1.
   */
  void takeLargest(float[] values, int k) {
    long enough = 2L * k + SLACK; // so that each choice leaves out as many as it keeps
    clear((int) Math.min(values.length, enough + BLOCK));
    float beaten = Float.NEGATIVE_INFINITY; // k tokens so far have at least this
    for (int from = 0; from < values.length; from += BLOCK) {
      if (size > enough) {
        keepLargest(values, k);
        beaten = leastOf(values);
      }
      gather(values, from, Math.min(from + BLOCK, values.length), beaten);
    }
    keepLargest(values, k);
  }

  /** Adds the tokens {@code from}…{@code to} (exclusive) whose value is above {@code bound}. */
  private void gather(float[] values, int from, int to, float bound) {
    int count = size;
    for (int token = from; token < to; token++) {
      if (values[token] > bound) {
        tokens[count++] = token;
      }
    }
    size = count;
  }

  private void keepLargest(float[] values, int k) {
    for (int i = 0; i < size; i++) {
      set(i, key(values[tokens[i]]), 1);
    }
    keepFirst(k);
  }

  private float leastOf(float[] values) {
    float least = Float.POSITIVE_INFINITY;
    for (int i = 0; i < size; i++) {
      least = Math.min(least, values[tokens[i]]);
    }
    return least;
  }

  /** Takes all tokens whose weight is above {@code bound}. Keys and masses are the weights. */
  void takeHeavier(int[] weights, int bound) {
    clear(weights.length);
    size = gatherHeavier(tokens, weights, bound);
    for (int i = 0; i < size; i++) {
      int weight = weights[tokens[i]];
      set(i, weight, weight);
    }
  }

  private static int gatherHeavier(int[] tokens, int[] weights, int bound) {
    int count = 0;
    for (int token = 0; token < weights.length; token++) {
      tokens[count] = token; // stays if the next line counts it: no branch to be guessed wrong
      count += (bound - weights[token]) >>> 31;
    }
    return count;
  }

  /**
   * Keeps the fewest candidates, by falling key and then rising token, whose masses add up to at
   * least {@code target}; all if they do not.
   */
  void keepFirst(long target) {
    long missing = target;
    int lastKey = 0; // the least one to be kept, as far as its digits are known
    int known = 0;
    for (int shift : SHIFTS) {
      int digits = shift == 0 ? LOWEST_DIGITS : DIGITS;
      sumByDigit(shift, digits, lastKey, known);
      int digit = digits - 1;
      while (digit > 0 && massOfDigit[digit] < missing) {
        missing -= massOfDigit[digit];
        digit--;
      }
      lastKey |= digit << shift;
      known |= (digits - 1) << shift;
    }
    keepFrom(lastKey ^ Integer.MIN_VALUE, missing);
  }

  /** Masses by a digit of their keys, of those keys whose known digits are those of a prefix. */
  private void sumByDigit(int shift, int digits, int prefix, int known) {
    Arrays.fill(massOfDigit, 0, digits, 0);
    for (int i = 0; i < size; i++) {
      int key = keys[i] ^ Integer.MIN_VALUE; // the order of unsigned numbers
      if ((key & known) == prefix) {
        massOfDigit[(key >>> shift) & (digits - 1)] += masses[i];
      }
    }
  }

  /** Keeps keys above {@code lastKey}, and of those that equal it as many as make up the mass. */
  private void keepFrom(int lastKey, long massOfEquals) {
    long missing = massOfEquals;
    int kept = 0;
    for (int i = 0; i < size; i++) {
      int key = keys[i];
      int keeps = (int) (((long) lastKey - key) >>> 63); // 1 above, no branch to be guessed wrong
      if (key == lastKey && missing > 0) {
        missing -= masses[i];
        keeps = 1;
      }
      keep(i, kept);
      kept += keeps;
    }
    size = kept;
  }

  /** Keeps the candidates of at least this mass. */
  void keepHeavy(double mass) {
    int kept = 0;
    for (int i = 0; i < size; i++) {
      if (masses[i] >= mass) {
        keep(i, kept++);
      }
    }
    size = kept;
  }

  private void keep(int from, int to) {
    tokens[to] = tokens[from];
    set(to, keys[from], masses[from]);
  }

  /** The first candidate with whom the masses add up to more than {@code mark}. */
  int tokenAt(long mark) {
    long left = mark;
    int i = 0;
    while (left >= masses[i]) {
      left -= masses[i++];
    }
    return tokens[i];
  }
}
