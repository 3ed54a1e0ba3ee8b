package io.hunyuan4j.core;

import io.hunyuan4j.core.block.KvMemory;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** A model that remembers how many tokens of how many sequences its passes had. */
public final class WatchedModel implements LanguageModel {
  private final LanguageModel model;
  private final List<List<Integer>> passes = new CopyOnWriteArrayList<>();
  private volatile Consumer<Batch> before = _ -> {};

  public WatchedModel(LanguageModel model) {
    this.model = model;
  }

  /** Of each pass, the tokens of each sequence. */
  public List<List<Integer>> passes() {
    return List.copyOf(passes);
  }

  /** Calls {@code newBefore} before each pass, on the thread that runs it. */
  public void before(Consumer<Batch> newBefore) {
    before = newBefore;
  }

  @Override
  public void forward(Batch batch) {
    passes.add(
        IntStream.range(0, batch.size()).mapToObj(entry -> batch.tokens(entry).length).toList());
    before.accept(batch);
    model.forward(batch);
  }

  @Override
  public ModelShape shape() {
    return model.shape();
  }

  @Override
  public ModelCost cost() {
    return model.cost();
  }

  @Override
  public Session newSession(SessionOptions options) {
    return model.newSession(options);
  }

  @Override
  public KvMemory keyValueMemory() {
    return model.keyValueMemory();
  }

  @Override
  public BatchPool batches() {
    return model.batches();
  }
}
