package io.hunyuan4j.kernels;

/**
 * Rows of x rounded to eight bits in blocks of {@link BlockMatrix#BLOCK_COLS} columns, for products
 * with a {@link BlockMatrix}.
 *
 * <p>With {@code m} the largest magnitude of a block: the scale is {@code m / 127} and a number
 * becomes {@code rint(x · (127 / m))}, all in float32, halves to even. A block whose {@code m} is
 * below 2⁻¹⁰⁰ is all zeros; one that holds a NaN or an infinity has that scale, which makes every
 * output a NaN. Filled up with zeros to whole blocks. Behind the last row there is room, with
 * arbitrary contents, up to a multiple of four rows, so that loops may run over four.
 *
 * <p>What either format multiplies with is made for both: it is a small part of a product.
 *
 * <p>Mutable, used again from product to product, for one product at a time.
 */
public final class QuantizedRows {
  private static final int TOGETHER = 4;

  private int rows;
  private int blocks;
  private float[] numbers = new float[0]; // [rows, blocks · 32]
  private int[] factors8 = new int[0]; // [rows, blocks · 32]
  private int[] factors4 = new int[0]; // [rows, blocks · 32]
  private int[] offsets = new int[0]; // [rows, blocks · 32]
  private int[] sums = new int[0]; // [rows, blocks]
  private float[] eighths = new float[0]; // [rows, blocks]
  private float[] scales = new float[0]; // [rows, blocks]

  /** Takes the shape of {@code rows} rows of {@code cols} columns; the contents are arbitrary. */
  void reshape(int newRows, int cols) {
    rows = newRows;
    blocks = BlockMatrix.blocks(cols);
    int room = Math.multiplyExact(Math.ceilDiv(rows, TOGETHER) * TOGETHER, blocks);
    int needed = Math.multiplyExact(room, BlockMatrix.BLOCK_COLS);
    if (numbers.length < needed) {
      numbers = new float[needed];
      factors8 = new int[needed];
      factors4 = new int[needed];
      offsets = new int[needed];
      sums = new int[room];
      eighths = new float[room];
      scales = new float[room];
    }
  }

  /** Number of rows. */
  public int rows() {
    return rows;
  }

  /** Blocks in a row. */
  public int blocks() {
    return blocks;
  }

  /** Index in {@link #numbers} of a row's first number. */
  public int rowOffset(int row) {
    return row * blocks * BlockMatrix.BLOCK_COLS;
  }

  /** The rounded numbers, whole; anything where the scale is a NaN or an infinity. */
  public float[] numbers() {
    return numbers;
  }

  /**
   * What shorts of two weights of eight bits are multiplied with, in both halves of an int: of
   * every two numbers the first as it is, of the second the lower 16 bits of {@code b − 256 · a}.
   *
   * <p>A short is {@code w = u_a + 256 · u_b}, and {@code u_a · a + u_b · b = w · a + (w >>> 8) ·
   * (b − 256 · a)}: the weights need no masks.
   */
  public int[] factors8() {
    return factors8;
  }

  /**
   * The same for shorts of four weights of four bits: of every four numbers the first as it is, of
   * the others {@code a_k − 16 · a_(k−1)}, for shorts that are shifted right by {@code 4k} bits.
   */
  public int[] factors4() {
    return factors4;
  }

  /**
   * At the second of every two numbers {@code a, b} the lower 16 bits of {@code 32768 − 128 · (a +
   * b)} in both halves of an int: what turns sums over bytes from 0 to 255 into positive sums over
   * −128 … 127. At the first, anything: so it is stored by whole vectors.
   */
  public int[] offsets() {
    return offsets;
  }

  /** The sum of the rounded numbers of every block. */
  public int[] sums() {
    return sums;
  }

  /** {@code −Σ x / 8} of every block: what the zeros of Q4 are multiplied with. */
  public float[] eighths() {
    return eighths;
  }

  /** The scale of every block. */
  public float[] scales() {
    return scales;
  }
}
