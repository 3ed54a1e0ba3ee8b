/**
 * Language models, the sessions that use them, and what they are built from. Knows no file, no JSON
 * and no text.
 */
@NullMarked
package io.hunyuan4j.core;

import org.jspecify.annotations.NullMarked;
