package io.hunyuan4j.core;

import io.hunyuan4j.core.block.Scratch;
import io.hunyuan4j.core.block.Scratch.Slot;
import io.hunyuan4j.kernels.FloatMatrix;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * Sequences that go through a model together, so that its weights are read once for all of them:
 * some with one token, some with a piece of a prompt.
 *
 * <p>Their tokens stand one below the other in every matrix of activations, which are this object's
 * memory. Each sequence gets the bits that it would get alone, in every company and order. Made to
 * be used again, by one thread at a time: {@link #clear}, {@link #add} for each sequence, {@link
 * LanguageModel#forward(Batch)}, {@link #logits}.
 */
public final class Batch {
  private static final int[] NO_TOKENS = new int[0];

  private final List<Entry> entries = new ArrayList<>(); // the first `size` are in use
  private final Scratch scratch = new Scratch();
  private int size;
  private @Nullable FloatMatrix logits; // [sum of logitRows, vocabSize], after a pass

  private static final class Entry {
    private @Nullable Session session;
    private int[] tokens = NO_TOKENS;
    private int firstRow;
    private int logitRows;
    private int firstLogitRow;
  }

  /** An empty batch. */
  public Batch() {}

  /** Takes all sequences out; the activations' memory stays for the next pass. */
  public void clear() {
    for (int i = 0; i < size; i++) {
      entries.get(i).session = null;
      entries.get(i).tokens = NO_TOKENS;
    }
    size = 0;
    logits = null;
  }

  /**
   * Puts a sequence in: the next pass runs {@code tokens} after those already in the session and
   * keeps the logits of the last {@code logitRows} of them.
   *
   * @throws IllegalArgumentException if the session is in this batch already, there is no token, or
   *     {@code logitRows} is not between 0 and the number of tokens; the batch stays as it was
   */
  public void add(Session session, int[] tokens, int logitRows) {
    if (tokens.length == 0) {
      throw new IllegalArgumentException("a forward pass needs at least one token");
    }
    if (logitRows < 0 || logitRows > tokens.length) {
      throw new IllegalArgumentException(
          "%d rows of logits of %d tokens".formatted(logitRows, tokens.length));
    }
    for (int i = 0; i < size; i++) {
      if (session == entries.get(i).session) {
        throw new IllegalArgumentException(
            "entry %d of a batch has the session of entry %d".formatted(size, i));
      }
    }
    int firstRow = rows();
    int firstLogitRow = logitRows();
    if (tokens.length > Integer.MAX_VALUE - firstRow) {
      throw new IllegalArgumentException(
          "%d tokens more than %d are too many for a batch".formatted(tokens.length, firstRow));
    }
    if (size == entries.size()) {
      entries.add(new Entry());
    }
    Entry entry = entries.get(size++);
    entry.session = session;
    entry.tokens = tokens;
    entry.firstRow = firstRow;
    entry.logitRows = logitRows;
    entry.firstLogitRow = firstLogitRow;
    logits = null;
  }

  /** Number of sequences. */
  public int size() {
    return size;
  }

  /**
   * The logits {@code [logitRows, vocabSize]} of a sequence in the order of {@link #add}, this
   * batch's memory: valid until its next pass.
   *
   * @throws IllegalStateException if no pass has ended since the last change of the batch
   */
  public FloatMatrix logits(int entry) {
    if (logits == null) {
      throw new IllegalStateException("the batch has not run");
    }
    Entry e = entry(entry);
    return scratch.rows(logits, e.firstLogitRow, e.firstLogitRow + e.logitRows);
  }

  /** The session of a sequence. */
  public Session session(int entry) {
    Session session = entry(entry).session;
    if (session == null) {
      throw new IllegalStateException("entry %d has no session".formatted(entry));
    }
    return session;
  }

  /** The tokens of a sequence. */
  public int[] tokens(int entry) {
    return entry(entry).tokens;
  }

  /** First row of a sequence in a matrix of activations. */
  public int firstRow(int entry) {
    return entry(entry).firstRow;
  }

  /** The row after its last one. */
  public int endRow(int entry) {
    return entry(entry).firstRow + entry(entry).tokens.length;
  }

  /** The rows of one sequence of a matrix that has one for every token. */
  public FloatMatrix rows(FloatMatrix all, int entry) {
    return scratch.rows(all, firstRow(entry), endRow(entry));
  }

  /** Tokens of all sequences: rows of a matrix of activations. */
  public int rows() {
    return size == 0 ? 0 : endRow(size - 1);
  }

  /** Rows of logits of all sequences. */
  public int logitRows() {
    return size == 0 ? 0 : entry(size - 1).firstLogitRow + entry(size - 1).logitRows;
  }

  /** Memory of the activations; for the layers. */
  public Scratch scratch() {
    return scratch;
  }

  /**
   * That a pass of {@code model} can run, before it changes anything; a forward pass begins with
   * it.
   *
   * @throws IllegalArgumentException if nothing is in the batch, a session is another model's or
   *     has no room, or a token is not in the vocabulary
   * @throws IllegalStateException if a session is closed
   */
  public void check(LanguageModel model) {
    if (size == 0) {
      throw new IllegalArgumentException("a batch without sequences");
    }
    int vocabSize = model.shape().vocabSize();
    for (int i = 0; i < size; i++) {
      session(i).check(model, tokens(i).length);
      for (int token : tokens(i)) {
        if (token < 0 || token >= vocabSize) {
          throw new IllegalArgumentException(
              "token %d is not in the vocabulary of %d".formatted(token, vocabSize));
        }
      }
    }
  }

  /** Gives back the room of a pass that did not come to its end. */
  public void giveUp() {
    for (int i = 0; i < size; i++) {
      session(i).truncate(session(i).position());
    }
  }

  /** Makes room in every session and fills in the rotations of all rows. */
  public void begin() {
    int halfDim = session(0).rotary().halfDim();
    FloatMatrix cos = scratch.matrix(Slot.COS, rows(), halfDim);
    FloatMatrix sin = scratch.matrix(Slot.SIN, rows(), halfDim);
    for (int i = 0; i < size; i++) {
      session(i).begin(rows(cos, i), rows(sin, i));
    }
  }

  /**
   * The last {@code logitRows} rows of every sequence of {@code x}, one below the other: the rows
   * that the head sees.
   */
  public void gatherLogitRows(FloatMatrix out, FloatMatrix x) {
    for (int i = 0; i < size; i++) {
      Entry e = entry(i);
      for (int row = 0; row < e.logitRows; row++) {
        int from = x.rowOffset(endRow(i) - e.logitRows + row);
        int to = out.rowOffset(e.firstLogitRow + row);
        System.arraycopy(x.data(), from, out.data(), to, x.cols());
      }
    }
  }

  /**
   * Takes the tokens into their sessions, into all of them or none; then others may get their
   * blocks, where there is memory for that. A forward pass ends with it.
   */
  public void end(FloatMatrix newLogits) {
    for (int i = 0; i < size; i++) {
      session(i).end(tokens(i));
    }
    logits = newLogits;
    try {
      for (int i = 0; i < size; i++) {
        session(i).share(tokens(i).length);
      }
    } catch (OutOfMemoryError e) {
      // The tokens are in and their logits too: that others must read them again is no failure.
    }
  }

  /**
   * Throws if all sessions want the pass to end; for the model, between layers. See {@link
   * Session#stopWhen}.
   */
  public void checkStop() {
    if (wantsStop()) {
      throw new CancellationException("the forward pass was cancelled");
    }
  }

  /** Whether all sessions want the pass to end. */
  boolean wantsStop() {
    for (int i = 0; i < size; i++) {
      if (!session(i).wantsStop()) {
        return false;
      }
    }
    return true;
  }

  /** Whether somebody is told of the passes of one of its sessions. */
  boolean isWatched() {
    for (int i = 0; i < size; i++) {
      if (session(i).isWatched()) {
        return true;
      }
    }
    return false;
  }

  /** Shows the residual stream after a layer to the observers, each the rows of its session. */
  public void observeHidden(int layer, FloatMatrix x) {
    for (int i = 0; i < size; i++) {
      ForwardObserver observer = session(i).observer();
      if (observer != null) {
        observer.hidden(layer, rows(x, i));
      }
    }
  }

  /** Shows a router's logits to the observers, each the rows of its session. */
  public void observeRouterLogits(int layer, FloatMatrix routerLogits) {
    for (int i = 0; i < size; i++) {
      ForwardObserver observer = session(i).observer();
      if (observer != null) {
        observer.routerLogits(layer, rows(routerLogits, i));
      }
    }
  }

  private Entry entry(int index) {
    if (index < 0 || index >= size) {
      throw new IndexOutOfBoundsException("entry %d of a batch of %d".formatted(index, size));
    }
    return entries.get(index);
  }
}
