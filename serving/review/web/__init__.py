"""The pages: server-rendered, in Chinese and English, working without JavaScript."""
