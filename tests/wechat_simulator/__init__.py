"""Tests of the WeChat simulator: each rule of the platform that it keeps is tested."""
