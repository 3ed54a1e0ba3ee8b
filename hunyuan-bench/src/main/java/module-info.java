/** JMH benchmarks, and checkpoints made of random numbers for them. */
module io.hunyuan4j.bench {
  requires transitive io.hunyuan4j.engine;
  requires com.fasterxml.jackson.databind;
  requires jmh.core;
  requires static transitive org.jspecify;

  exports io.hunyuan4j.bench;
}
