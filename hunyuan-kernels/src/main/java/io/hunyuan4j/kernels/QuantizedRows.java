package io.hunyuan4j.kernels;

/**
 * Rows of x rounded to eight bits in blocks of {@link BlockMatrix#BLOCK_COLS} columns, for products
 * with a {@link BlockMatrix}.
 *
 * <p>With {@code m} the largest magnitude of a block: the scale is {@code m / 127} and a number
 * becomes {@code rint(x · (127 / m))}, all in float32, halves to even. A block whose {@code m} is
 * below 2⁻¹⁰⁰ is all zeros; one that holds a NaN or an infinity has that scale, which makes every
 * output a NaN. Filled up with zeros to whole blocks.
 *
 * <p>Mutable, used again from product to product, for one product at a time.
 */
public final class QuantizedRows {
  private int rows;
  private int blocks;
  private int[] twins = new int[0]; // [rows, blocks · 32]
  private int[] offsets = new int[0]; // [rows, blocks · 16]
  private int[] sums = new int[0]; // [rows, blocks]
  private float[] scales = new float[0]; // [rows, blocks]

  /** Takes the shape of {@code rows} rows of {@code cols} columns; the contents are arbitrary. */
  void reshape(int newRows, int cols) {
    rows = newRows;
    blocks = BlockMatrix.blocks(cols);
    int needed = Math.multiplyExact(rows, Math.multiplyExact(blocks, BlockMatrix.BLOCK_COLS));
    if (twins.length < needed) {
      twins = new int[needed];
      offsets = new int[needed / 2];
      sums = new int[rows * blocks];
      scales = new float[rows * blocks];
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

  /** Index in {@link #twins} of a row's first number. */
  public int rowOffset(int row) {
    return row * blocks * BlockMatrix.BLOCK_COLS;
  }

  /** The rounded numbers, each in the lower and again in the upper half of an int. */
  public int[] twins() {
    return twins;
  }

  /**
   * For every two numbers {@code a, b} of {@link #twins}, the lower 16 bits of {@code 32768 − 128 ·
   * (a + b)} in both halves of an int: what turns sums over bytes from 0 to 255 into positive sums
   * over −128 … 127.
   */
  public int[] offsets() {
    return offsets;
  }

  /** The sum of the rounded numbers of every block. */
  public int[] sums() {
    return sums;
  }

  /** The scale of every block. */
  public float[] scales() {
    return scales;
  }
}
