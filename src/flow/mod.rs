//! What the payload of a capture says, told by session: facts with a time and a frame, and no judgment.
